// This tab's star. It is started by the first use, not by the page: whoever only reads should download no star.

/** How long the first lane may take before the page says that it did not come. */
const FIRST_LANE_MS = 10_000;

const APP = "hello";

let starting;

/** The one star of this page, with its lane up; begun again when the last attempt failed. */
export async function star(progress) {
  try {
    return await (starting ??= start(progress));
  } catch (error) {
    starting = undefined;
    throw error;
  }
}

/** The greeter's point: the space is the star's own, the app is what the host is called before it. */
export function greeter(one) {
  const space = one.point.split(":")[0];
  const app = location.hostname.endsWith(`.${space}`) ? location.hostname.slice(0, -space.length - 1) : APP;
  return `${space}:${app}:greeter`;
}

async function start(progress) {
  progress("Starting a star in this tab…");
  const { Star } = await import("/starlane/client/starlane.mjs");
  await Star.signIn();
  const one = await Star.start();
  progress("Opening its lane…");
  await one.online({ timeout: FIRST_LANE_MS });
  return one;
}
