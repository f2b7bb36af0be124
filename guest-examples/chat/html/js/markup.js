// What the filter may say with markup: a handful of elements, built anew here one by one. Nothing of its HTML is taken
// into the page, so a filter that is wrong, or another app's, can at most write plain words.

import { h } from "./dom.js";

const PLAIN = new Set(["STRONG", "EM", "CODE", "BR"]);
const SCHEMES = new Set(["http:", "https:"]);

/** The allowed part of `html` as nodes; what is not allowed becomes its text. */
export function nodesOf(html) {
  const inert = new DOMParser().parseFromString(html, "text/html");
  return children(inert.body);
}

const children = (parent) => [...parent.childNodes].flatMap(made);

function made(node) {
  if (node.nodeType === Node.TEXT_NODE) return [node.data];
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  if (PLAIN.has(node.tagName)) return [h(node.tagName, {}, ...children(node))];
  const target = node.tagName === "A" ? address(node.getAttribute("href")) : null;
  return target ? [h("a", { href: target, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children(node))] : children(node);
}

/** An address that leads out to the web, or null. */
function address(href) {
  const url = URL.canParse(href ?? "") ? new URL(href) : null;
  return url && SCHEMES.has(url.protocol) ? url.href : null;
}
