// An answer, shown as what it is: status and code, time and fuel, then the body as text, however it was meant.

import type { Pong } from "starlane";
import { h, put, sentence } from "../dom";
import { bytes, elapsed, whole } from "../format";
import { local } from "../point";
import type { Problem } from "../session";

/** Characters of a body that are shown; more than this helps nobody and slows the page. */
const SHOWN = 65_536;

/** Bytes in one line of a binary body. */
const HEX_LINE = 16;

export interface Answer {
  element: HTMLElement;
  sending(): void;
  answered(pong: Pong): void;
  failed(problem: Problem): void;
  /** Nothing was sent: the last answer is no answer to what stands in the form. */
  none(): void;
}

export function answer(): Answer {
  const element = h("div", { class: "answer", role: "status", "aria-label": "Answer" });
  return {
    element,
    sending: () => put(element, h("p", { class: "quiet" }, "On its way…")),
    answered: (pong) => put(element, headline(pong), ...(refusal(pong) ?? [body(pong)]), headers(pong)),
    failed: (problem) => put(element, h("div", { class: "answer-line" }, badge("not sent", 500), h("code", {}, problem.code)), ...words(problem.message, problem.hint)),
    none: () => put(element),
  };
}

function headline(pong: Pong): HTMLElement {
  const fuel = fuelOf(pong);
  const where = header(pong, "starlane-star");
  return h(
    "div",
    { class: "answer-line" },
    badge(String(pong.status), pong.status),
    pong.code ? h("code", {}, pong.code) : null,
    h("dl", { class: "facts" }, ...fact("time", elapsed(pong.elapsed)), ...(fuel === undefined ? [] : fact("fuel", whole(fuel))), ...(where ? fact("ran on", local(where)) : [])),
  );
}

const fact = (name: string, value: string): HTMLElement[] => [h("dt", {}, name), h("dd", {}, value)];
const badge = (text: string, status: number): HTMLElement => h("span", { class: "badge", "data-class": Math.floor(status / 100) }, text);
const header = (pong: Pong, name: string): string | undefined => pong.headers.find(([key]) => key === name)?.[1];

function fuelOf(pong: Pong): number | undefined {
  const fuel = Number(pong.fuel ?? header(pong, "starlane-fuel") ?? Number.NaN);
  return Number.isFinite(fuel) ? fuel : undefined;
}

/** What a refusal says in words, when it says it the usual way; its body, which says the same, is folded away. */
function refusal(pong: Pong): HTMLElement[] | null {
  const told = pong.body as { message?: unknown; hint?: unknown } | null | undefined;
  if (pong.status < 400 || typeof told !== "object" || typeof told?.message !== "string") return null;
  const asItCame = h("details", { class: "answer-more" }, h("summary", {}, "As it came"), body(pong));
  return [...words(told.message, typeof told.hint === "string" ? told.hint : ""), asItCame];
}

function words(message: string, hint = ""): HTMLElement[] {
  const said = h("p", {}, ...sentence(message));
  return hint === "" ? [said] : [said, h("p", { class: "quiet" }, ...sentence(hint))];
}

function body(pong: Pong): HTMLElement {
  const shown = text(pong);
  if (shown === "") return h("p", { class: "quiet" }, "No body.");
  const cut = shown.length - SHOWN;
  return h(
    "figure",
    { class: "answer-body" },
    h("pre", { tabindex: 0 }, shown.slice(0, SHOWN)),
    h("figcaption", {}, pong.type || "no type", cut > 0 ? `, the first ${whole(SHOWN)} characters` : ""),
  );
}

function text(pong: Pong): string {
  if (pong.body instanceof Uint8Array) return hex(pong.body);
  if (typeof pong.body === "string") return pong.type.includes("json") ? JSON.stringify(pong.body) : pong.body;
  return pong.body === undefined || pong.body === null ? pong.text() : JSON.stringify(pong.body, null, 2);
}

/** `00000010  48 65 6c 6c …`, as many lines as are shown. */
function hex(data: Uint8Array): string {
  if (data.length === 0) return "";
  const lines: string[] = [`${bytes(data.length)} of binary data`];
  for (let at = 0; at < data.length && lines.length < SHOWN / 64; at += HEX_LINE) {
    const row = Array.from(data.subarray(at, at + HEX_LINE), (byte) => byte.toString(16).padStart(2, "0"));
    lines.push(`${at.toString(16).padStart(8, "0")}  ${row.join(" ")}`);
  }
  return lines.join("\n");
}

function headers(pong: Pong): HTMLElement | null {
  if (pong.headers.length === 0) return null;
  return h(
    "details",
    { class: "answer-headers" },
    h("summary", {}, `Headers (${pong.headers.length})`),
    h("dl", { class: "pairs" }, ...pong.headers.flatMap(([name, value]) => fact(name, value))),
  );
}
