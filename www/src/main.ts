// The console, put together: sign in, or else say how; then a star, and the panels around it.

import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/chart.css";
import "./styles/panels.css";
import "./styles/gate.css";

import type { Star } from "starlane";
import { h } from "./dom";
import { embedPanel } from "./embed";
import { gate } from "./gate";
import { header } from "./header";
import { logsPanel } from "./logs";
import { meshPanel } from "./mesh/panel";
import { begin, whenOver } from "./session";
import { starPanel } from "./star";
import { wavePanel } from "./wave/panel";

const session = await begin();
document.body.replaceChildren("star" in session ? open(session.star) : gate(session.problem));
if ("star" in session) whenOver(session.star, (problem) => document.body.replaceChildren(gate(problem)));

function open(star: Star): HTMLElement {
  const wave = wavePanel(star);
  const mesh = meshPanel(star, wave.write, wave.listed);
  const main = h(
    "main",
    { class: "board" },
    h("h1", { class: "sr-only" }, "Starlane console"),
    h("div", { class: "column column-wide" }, mesh.element, logsPanel(star).element),
    h("div", { class: "column" }, wave.element, starPanel(star, wave.write).element, embedPanel().element),
  );
  return h("div", { class: "console" }, header(star), main);
}
