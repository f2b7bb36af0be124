// The top of the console: whose mesh this is, whether the lane is up, who is signed in.

import type { Star } from "starlane";
import { h, say, set } from "./dom";
import { logo } from "./logo";
import { agentName, spaceOf } from "./point";
import { signOut } from "./session";

export function header(star: Star): HTMLElement {
  const space = h("span", { class: "space" });
  const words = h("span", {});
  const link = h("p", { class: "link", role: "status" }, h("i", { class: "lamp" }), words);
  const user = h("span", { class: "user" });
  const draw = (reason?: string): void => {
    say(space, star.point ? spaceOf(star.point) : location.hostname);
    set(link, "data-state", star.state);
    say(words, star.state === "up" ? "Lane up" : downWords(reason));
    say(user, agentName(star.agent));
    set(user, "title", star.agent);
  };
  draw();
  star.addEventListener("link", (event) => draw((event as CustomEvent<{ reason?: string }>).detail?.reason));
  return h(
    "header",
    { class: "top" },
    h("a", { class: "brand", href: import.meta.env.BASE_URL }, logo(), h("span", { class: "wordmark" }, "Starlane")),
    space,
    link,
    h("div", { class: "who" }, user, h("button", { type: "button", class: "small", onclick: signOut }, "Sign out")),
  );
}

/** A lane whose place another tab took is not opened again; every other one is. */
function downWords(reason?: string): string {
  if (reason === "replaced") return "Lane taken over by another tab";
  return reason ? `Lane down (${reason}), reconnecting` : "Lane down, reconnecting";
}
