// This tab's own `format` mechtron. It runs here, so it answers without the network; what it cannot read is shown as it came.

import { nodesOf } from "./markup.js";

/** A filter over `<app>:format`; the app is opened with the first message, and tried again when the lane comes back. */
export function filter(star, app) {
  let opened;
  star.addEventListener("link", () => {
    if (star.state === "up" && opened === null) opened = undefined;
  });
  const open = () => (opened ??= star.open(app).then(() => true, () => { opened = null; return false; }));
  return async (message) => {
    try {
      await open();
      const made = (await star.ping(`${app}:format`, "Ext<Format>", message)).json();
      return { nodes: typeof made?.html === "string" ? nodesOf(made.html) : [message.text], hidden: made?.hidden === true };
    } catch (error) {
      return { nodes: [message.text], hidden: false, raw: error.code ?? "failed" };
    }
  };
}
