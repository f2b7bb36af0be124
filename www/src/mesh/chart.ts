// The live picture, drawn like a star chart: stars, the lanes between them, and around each star the mechtrons it holds.
// The picture is for the eye; the directory beside it says the same to a keyboard and a screen reader.

import { h, s, say, set } from "../dom";
import type { Graph, Link, Node } from "./graph";
import { draggable } from "./drag";
import { Layout } from "./layout";

/** Sizes in chart units. */
const RADIUS = { relay: 19, tab: 13, mechtron: 5.5 } as const;
const RINGS = [90, 180, 270, 360];

/** Space kept free around the outermost node, for its label. */
const MARGIN = { x: 72, y: 44 };

/** The least that is shown: a mesh of one star should not fill the chart. */
const LEAST = { width: 360, height: 360 };

/** Below this width in pixels a mechtron is labelled with the last part of its name only. */
const NARROW_PX = 560;

/** Letters of a label at most; the whole name is in the title and below the chart. */
const LABEL = 26;

/** Above this many nodes, only the relay and this tab are named; the others under the pointer. */
const NAMED = 48;

export interface Chart {
  element: HTMLElement;
  update(graph: Graph): void;
  select(id: string | null): void;
}

/** Makes the chart; `chosen` is told which node a person picks. */
export function chart(chosen: (node: Node) => void): Chart {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const lanes = s("g", { class: "lanes" });
  const bodies = s("g", { class: "bodies" });
  const picture = s("svg", { class: "sky", role: "img", preserveAspectRatio: "xMidYMid meet" }, graticule(), lanes, bodies);
  const beyond = h("p", { class: "beyond", hidden: true });
  const drawn = { lines: new Map<string, SVGLineElement>(), bodies: new Map<string, SVGGElement>() };
  const layout = new Layout(still, () => move(picture, layout, drawn));
  let selected: string | null = null;
  new ResizeObserver(() => {
    if (picture.clientHeight > 0) layout.fit(picture.clientWidth / picture.clientHeight);
    set(picture, "data-narrow", picture.clientWidth < NARROW_PX);
  }).observe(picture);

  const mark = (): void => drawn.bodies.forEach((body, id) => set(body, "data-selected", id === selected));
  const body = (node: Node): SVGGElement => {
    const made = bodyOf(node);
    draggable(made, picture, {
      picked: () => chosen(current(layout, node)),
      moved: (x, y) => layout.hold(current(layout, node), x, y),
      dropped: () => layout.release(current(layout, node)),
    });
    return made;
  };
  return {
    element: h("div", { class: "chart" }, picture, beyond),
    update(graph) {
      const waves = new Map(layout.nodes.map((node) => [node.id, node.mechtron?.waves]));
      layout.update(graph);
      keep(lanes, drawn.lines, layout.links, lineOf);
      keep(bodies, drawn.bodies, layout.nodes, body);
      for (const node of layout.nodes) dress(drawn.bodies.get(node.id), node, waves.get(node.id));
      set(picture, "data-crowded", graph.nodes.length > NAMED);
      set(picture, "aria-label", summary(graph));
      set(beyond, "hidden", graph.left === 0);
      say(beyond, graph.left ? `and ${graph.left} more, in the directory` : "");
      mark();
      move(picture, layout, drawn);
    },
    select(id) {
      selected = id;
      mark();
    },
  };
}

function summary(graph: Graph): string {
  const stars = graph.nodes.filter((node) => node.kind !== "mechtron").length;
  return `Chart of the mesh: ${stars} stars and ${graph.nodes.length - stars} mechtrons. The directory lists them.`;
}

/** Circles and ticks behind the stars, as on a printed chart. */
function graticule(): SVGElement {
  const circles = RINGS.map((r) => s("circle", { r }));
  const ticks = Array.from({ length: 72 }, (_, i) => s("line", { y1: -360, y2: i % 6 ? -354 : -346, transform: `rotate(${i * 5})` }));
  return s("g", { class: "graticule" }, ...circles, s("path", { d: "M-360 0H360M0-360V360" }), ...ticks);
}

/** Adds what is new, removes what is gone, leaves the rest alone. */
function keep<T extends { id: string }, E extends SVGElement>(parent: SVGElement, known: Map<string, E>, wanted: T[], make: (one: T) => E): void {
  const ids = new Set(wanted.map((one) => one.id));
  for (const [id, element] of known) {
    if (ids.has(id)) continue;
    element.remove();
    known.delete(id);
  }
  for (const one of wanted) {
    if (known.has(one.id)) continue;
    const element = make(one);
    known.set(one.id, element);
    parent.append(element);
  }
}

const lineOf = (link: Link): SVGLineElement => s("line", { class: `line line-${link.kind}`, "data-mine": link.mine });

function bodyOf(node: Node): SVGGElement {
  const r = RADIUS[node.kind];
  const shape = node.kind === "mechtron" ? s("circle", { class: "shape", r }) : s("path", { class: "shape", d: glint(r) });
  const halo = s("circle", { class: "halo", r: r + 6 });
  const reach = s("circle", { class: "reach", r: Math.max(r + 6, 14) });
  const label = s("text", { class: "label", y: r + 4 });
  return s("g", { class: `body body-${node.kind}` }, reach, halo, shape, label, s("title"));
}

/** A four-pointed star. */
function glint(r: number): string {
  const waist = r * 0.17;
  return `M0 ${-r}Q${waist} ${-waist} ${r} 0Q${waist} ${waist} 0 ${r}Q${-waist} ${waist} ${-r} 0Q${-waist} ${-waist} 0 ${-r}Z`;
}

/** Status, name and a pulse when the mechtron has handled waves since the last listing. */
function dress(body: SVGGElement | undefined, node: Node, before: number | undefined): void {
  if (!body) return;
  set(body, "data-status", node.status);
  set(body, "data-mine", node.mine);
  const [label, title] = [body.querySelector("text"), body.querySelector("title")];
  if (label) name(label, node.name);
  if (title) say(title, node.point);
  if (before !== undefined && (node.mechtron?.waves ?? 0) > before) pulse(body);
}

/** The app and mechtron in a span of their own, which a narrow chart leaves out. */
function name(label: SVGTextElement, whole: string): void {
  const shown = whole.length > LABEL ? `${whole.slice(0, LABEL - 1)}…` : whole;
  if (label.textContent === shown) return;
  const last = shown.lastIndexOf(":") + 1;
  label.replaceChildren(s("tspan", { class: "label-path" }, shown.slice(0, last)), shown.slice(last));
}

function pulse(body: SVGGElement): void {
  const halo = body.querySelector(".halo");
  if (!halo) return;
  const fresh = halo.cloneNode() as SVGElement;
  fresh.classList.add("pulse");
  halo.replaceWith(fresh);
}

interface Drawn {
  lines: Map<string, SVGLineElement>;
  bodies: Map<string, SVGGElement>;
}

function move(picture: SVGSVGElement, layout: Layout, drawn: Drawn): void {
  for (const link of layout.links) line(drawn.lines.get(link.id), link);
  for (const node of layout.nodes) set(drawn.bodies.get(node.id) ?? picture, "transform", `translate(${round(node.x)} ${round(node.y)})`);
  const [width, height] = extent(layout.nodes);
  const scale = Math.max((2 * width) / picture.clientWidth, (2 * height) / picture.clientHeight);
  if (Number.isFinite(scale)) picture.style.setProperty("--unit", String(round(scale * 10) / 10));
  set(picture, "viewBox", `${-width} ${-height} ${2 * width} ${2 * height}`);
}

function line(element: SVGLineElement | undefined, { source, target }: Link): void {
  if (!element || typeof source === "string" || typeof target === "string") return;
  set(element, "x1", round(source.x));
  set(element, "y1", round(source.y));
  set(element, "x2", round(target.x));
  set(element, "y2", round(target.y));
}

/** Half the width and height that show every node, the middle staying in the middle. */
function extent(nodes: Node[]): [number, number] {
  const far = (of: (node: Node) => number | undefined): number => Math.max(0, ...nodes.map((node) => Math.abs(of(node) ?? 0)));
  return [Math.round(Math.max(LEAST.width / 2, far((n) => n.x) + MARGIN.x)), Math.round(Math.max(LEAST.height / 2, far((n) => n.y) + MARGIN.y))];
}

const round = (n = 0): number => Math.round(n * 10) / 10;

/** The node of the newest listing that `node` was drawn for. */
const current = (layout: Layout, node: Node): Node => layout.nodes.find((one) => one.id === node.id) ?? node;
