// Elements, made without markup: text from the mesh only ever becomes a text node, so nothing that arrives can become code.

type Handler = (event: Event) => void;
type Value = string | number | boolean | null | undefined | Handler;
export type Attributes = Record<string, Value>;
export type Child = Node | string | number | null | undefined | false;

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. `on…` attributes take functions, booleans switch an attribute on or off. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element, by the same rules. */
export function s<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Replaces what an element holds. */
export function put(parent: Element, ...children: Child[]): void {
  parent.replaceChildren(...children.filter(present).map(node));
}

/** Writes text only where it changed, so that a selection in it and a screen reader are left in peace. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A sentence of the mesh: what stands between back-quotes is code. */
export function sentence(text: string): Child[] {
  const parts = text.split(/`([^`]+)`/);
  return parts.map((part, at) => (at % 2 === 1 ? h("code", {}, part) : part)).filter((part) => part !== "");
}

/** Writes a sentence of the mesh, only where it changed. */
export function tell(element: Element, text: string): void {
  if (element.getAttribute("data-said") === text) return;
  element.setAttribute("data-said", text);
  put(element, ...sentence(text));
}

/** One attribute, by the rules of `h`. */
export function set(element: Element, name: string, value: Value): void {
  if (typeof value === "function") element.addEventListener(name.slice(2), value);
  else if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? "" : String(value));
}

function fill<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.filter(present).map(node));
  return element;
}

function present(child: Child): child is Node | string | number {
  return child !== null && child !== undefined && child !== false;
}

function node(child: Node | string | number): Node | string {
  return typeof child === "number" ? String(child) : child;
}
