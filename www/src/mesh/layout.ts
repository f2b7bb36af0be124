// Where the stars stand: a d3-force simulation in chart units, the relay in the middle, kept when the mesh changes.
// With reduced motion the simulation is run to its end at once and only the result is shown.

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type Simulation } from "d3-force";
import type { Graph, Link, Node } from "./graph";

/** Lengths in chart units: a lane leaves room for both stars' mechtrons, a mechtron keeps close to its star. */
const LANE_LENGTH = 165;
const HOLD_LENGTH = 76;

/** Space around a node that no other enters; mechtrons carry a label, so theirs is wide for their dot. */
const STAR_ROOM = 36;
const MECHTRON_ROOM = 36;

/** Repulsion of stars and mechtrons; the first keeps branches apart, the second fans a star's mechtrons out. */
const STAR_CHARGE = -560;
const MECHTRON_CHARGE = -260;

/** Pull to the middle: enough to keep a lonely star in sight. It is shared out so that the mesh takes the chart's own shape. */
const PULL = 0.05;

/** Steps that bring a changed mesh to rest when nothing may move. */
const STILL_STEPS = 240;

/** How lively the simulation is after a change, and while a node is dragged. */
const STIR = 0.5;
const DRAG_STIR = 0.2;

/** Where the first relay stands, held there so that the chart does not drift; it can still be dragged. */
const CENTRE = { x: 0, y: 0, fx: 0, fy: 0 };

export class Layout {
  nodes: Node[] = [];
  links: Link[] = [];
  readonly #still: boolean;
  readonly #moved: () => void;
  readonly #simulation: Simulation<Node, Link>;
  readonly #lengths = forceLink<Node, Link>().id((node) => node.id).distance((link) => (link.kind === "lane" ? LANE_LENGTH : HOLD_LENGTH));

  readonly #across = forceX<Node>(0).strength(PULL);
  readonly #down = forceY<Node>(0).strength(PULL);

  constructor(still: boolean, moved: () => void) {
    this.#still = still;
    this.#moved = moved;
    this.#simulation = forceSimulation<Node, Link>()
      .force("links", this.#lengths.strength((link) => (link.kind === "lane" ? 0.5 : 0.9)))
      .force("apart", forceManyBody<Node>().strength((node) => (node.kind === "mechtron" ? MECHTRON_CHARGE : STAR_CHARGE)))
      .force("room", forceCollide<Node>((node) => (node.kind === "mechtron" ? MECHTRON_ROOM : STAR_ROOM)))
      .force("x", this.#across)
      .force("y", this.#down)
      .on("tick", moved)
      .stop();
  }

  /** Takes the new graph over; nodes that were there keep their place. True when something came or went. */
  update(graph: Graph): boolean {
    const before = new Map(this.nodes.map((node) => [node.id, node]));
    const changed = graph.nodes.length !== before.size || graph.nodes.some((node) => !before.has(node.id));
    const parents = new Map(graph.links.map((link) => [String(link.target), String(link.source)]));
    const known = new Map(before);
    this.nodes = [];
    for (const [i, node] of graph.nodes.entries()) {
      this.nodes.push(placed(node, i, known, known.get(parents.get(node.id) ?? "")));
      known.set(node.id, node);
    }
    this.links = graph.links;
    this.#simulation.nodes(this.nodes);
    this.#lengths.links(this.links);
    if (changed) this.#stir(STIR);
    return changed;
  }

  /** Makes the mesh as wide, for its height, as the place it is shown in. */
  fit(aspect: number): void {
    this.#across.strength(PULL / Math.sqrt(aspect));
    this.#down.strength(PULL * Math.sqrt(aspect));
    this.#stir(STIR);
  }

  /** Holds a node at a place while it is dragged. */
  hold(node: Node, x: number, y: number): void {
    node.fx = x;
    node.fy = y;
    if (this.#still) this.#rest();
    else this.#simulation.alphaTarget(DRAG_STIR).restart();
  }

  /** Lets a dragged node go; the relay stays where it was put. */
  release(node: Node): void {
    if (node.kind !== "relay") node.fx = node.fy = null;
    this.#simulation.alphaTarget(0);
  }

  #stir(alpha: number): void {
    this.#simulation.alpha(alpha);
    if (this.#still) this.#rest();
    else this.#simulation.restart();
  }

  #rest(): void {
    this.#simulation.stop().tick(STILL_STEPS);
    this.#moved();
  }
}

/**
 * A new node starts where it is likely to stay, so that it neither flies in nor crosses other lanes: stars around the
 * relay, each at the golden angle to the last, mechtrons on the far side of their star.
 */
function placed(node: Node, index: number, known: Map<string, Node>, parent: Node | undefined): Node {
  const old = known.get(node.id);
  if (old) return Object.assign(node, { x: old.x, y: old.y, vx: old.vx, vy: old.vy, fx: old.fx, fy: old.fy });
  if (node.kind === "relay" && !parent) return Object.assign(node, CENTRE);
  const { x, y } = { x: parent?.x ?? 0, y: parent?.y ?? 0 };
  const outward = parent?.kind === "tab" ? Math.atan2(y, x) + FAN * ((index % 3) - 1) : index * GOLDEN_ANGLE;
  const far = node.kind === "mechtron" ? HOLD_LENGTH : LANE_LENGTH;
  return Object.assign(node, { x: x + far * Math.cos(outward), y: y + far * Math.sin(outward) });
}

/** Turns that never fall on one another, however many follow. */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** Between neighbouring mechtrons of a tab, in radians. */
const FAN = 0.5;
