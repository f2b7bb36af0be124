// This tab's star, and which points the page talks to.

/** How long the first lane may take before the page says that it did not come. */
const FIRST_LANE_MS = 10_000;

const APP = "profile";

/** The star of this tab, with its lane up, as whoever is signed in; null when nobody is. */
export async function signedIn() {
  const { Star } = await import("/starlane/client/starlane.mjs");
  await Star.signIn();
  const star = await Star.start();
  await star.online({ timeout: FIRST_LANE_MS });
  return userOf(star) ? star : null;
}

/** The id of the user that a star speaks for; undefined when it speaks for nobody. */
export const userOf = (star) => star.agent.match(/^[^:]+:users:([^:]+)$/)?.[1];

/** The point of a user's page: the space is the star's own, the app is what the host is called before it. */
export function pageOf(star) {
  const space = star.point.split(":")[0];
  const app = location.hostname.endsWith(`.${space}`) ? location.hostname.slice(0, -space.length - 1) : APP;
  return `${space}:${app}:page:${userOf(star)}`;
}
