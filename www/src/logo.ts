import { s } from "./dom";

/** The mark: a star, and a lane that leads to it. */
export function logo(): SVGElement {
  return s(
    "svg",
    { class: "logo", viewBox: "0 0 32 32", "aria-hidden": "true" },
    s("path", { class: "logo-lane", d: "M4.5 27.5C7 20.5 10.4 17 16 15" }),
    s("circle", { class: "logo-star", cx: 4.5, cy: 27.5, r: 2.7 }),
    s("path", { class: "logo-star", d: "M20 1c.9 7.2 3.8 10.1 11 11-7.2.9-10.1 3.8-11 11-.9-7.2-3.8-10.1-11-11 7.2-.9 10.1-3.8 11-11z" }),
  );
}
