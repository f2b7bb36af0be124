// Where the stars stand: a d3-force simulation in chart units, the relay in the middle, kept when the mesh changes.
// With reduced motion the simulation is run to its end at once and only the result is shown.

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type Simulation } from "d3-force";
import type { Graph, Link, Node } from "./graph";

/** Lengths in chart units: a lane leaves room for both stars' mechtrons, a mechtron keeps close to its star. */
const LANE_LENGTH = 150;
const HOLD_LENGTH = 58;

/** Space around a node that no other enters; mechtrons carry a label, so theirs is wide for their dot. */
const STAR_ROOM = 34;
const MECHTRON_ROOM = 25;

/** Repulsion of stars and mechtrons; the first keeps branches apart, the second fans a star's mechtrons out. */
const STAR_CHARGE = -520;
const MECHTRON_CHARGE = -170;

/** Pull to the middle: enough to keep a lonely star in sight. The chart is wider than high. */
const PULL_X = 0.035;
const PULL_Y = 0.075;

/** Steps that bring a changed mesh to rest when nothing may move. */
const STILL_STEPS = 240;

/** How lively the simulation is after a change, and while a node is dragged. */
const STIR = 0.5;
const DRAG_STIR = 0.2;

export class Layout {
  nodes: Node[] = [];
  links: Link[] = [];
  readonly #still: boolean;
  readonly #moved: () => void;
  readonly #simulation: Simulation<Node, Link>;
  readonly #lengths = forceLink<Node, Link>().id((node) => node.id).distance((link) => (link.kind === "lane" ? LANE_LENGTH : HOLD_LENGTH));

  constructor(still: boolean, moved: () => void) {
    this.#still = still;
    this.#moved = moved;
    this.#simulation = forceSimulation<Node, Link>()
      .force("links", this.#lengths.strength((link) => (link.kind === "lane" ? 0.5 : 0.9)))
      .force("apart", forceManyBody<Node>().strength((node) => (node.kind === "mechtron" ? MECHTRON_CHARGE : STAR_CHARGE)))
      .force("room", forceCollide<Node>((node) => (node.kind === "mechtron" ? MECHTRON_ROOM : STAR_ROOM)))
      .force("x", forceX<Node>(0).strength(PULL_X))
      .force("y", forceY<Node>(0).strength(PULL_Y))
      .on("tick", moved)
      .stop();
  }

  /** Takes the new graph over; nodes that were there keep their place. True when something came or went. */
  update(graph: Graph): boolean {
    const before = new Map(this.nodes.map((node) => [node.id, node]));
    const changed = graph.nodes.length !== before.size || graph.nodes.some((node) => !before.has(node.id));
    this.nodes = graph.nodes.map((node) => placed(node, before, graph.links));
    this.links = graph.links;
    this.#simulation.nodes(this.nodes);
    this.#lengths.links(this.links);
    if (changed) this.#stir(STIR);
    return changed;
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

/** A new node appears beside the one that holds it, so that it grows out of its star instead of flying in. */
function placed(node: Node, before: Map<string, Node>, links: Link[]): Node {
  const old = before.get(node.id);
  if (old) return Object.assign(node, { x: old.x, y: old.y, vx: old.vx, vy: old.vy, fx: old.fx, fy: old.fy });
  if (node.kind === "relay") return Object.assign(node, { x: 0, y: 0 });
  const parent = before.get(String(links.find((link) => link.target === node.id)?.source));
  if (parent?.x === undefined || parent.y === undefined) return node;
  return Object.assign(node, { x: parent.x + jitter(node.id), y: parent.y + jitter(`${node.id}y`) });
}

/** A small offset that depends on the name only: two nodes at one place would never part evenly. */
function jitter(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 41;
  return sum - 20;
}
