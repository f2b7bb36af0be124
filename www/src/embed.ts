// How another page joins the mesh: one script tag, held to its hash. The relay says the hash beside the script.

import { copyButton } from "./copy";
import { h, put } from "./dom";

const SCRIPT = "/starlane/starlane.js";

/** `sha384-` and base64: the only thing that may follow in an attribute that people copy. */
const HASH = /^sha(256|384|512)-[A-Za-z0-9+/]+={0,2}$/;

export function embedPanel(): { element: HTMLElement } {
  const place = h("div", { class: "embed-body" }, h("p", { class: "quiet" }, "Reading the hash of the script…"));
  void fill(place);
  return {
    element: h(
      "section",
      { class: "panel embed", "aria-labelledby": "embed-title" },
      h("header", { class: "panel-head" }, h("h2", { id: "embed-title" }, "Join from any page")),
      h("p", { class: "quiet" }, "One script gives a page a star of its own, as ", h("code", {}, "window.starlane"), ". The hash pins it to exactly this build."),
      place,
    ),
  };
}

async function fill(place: HTMLElement): Promise<void> {
  const hash = await integrity();
  if (!hash) return put(place, h("p", {}, "The relay did not tell the script’s hash."));
  const code = h("code", { tabindex: 0 }, tag(hash));
  put(place, h("pre", { class: "snippet" }, code), h("div", { class: "form-end" }, copyButton(() => tag(hash), code), h("code", { class: "hash" }, hash)));
}

async function integrity(): Promise<string | undefined> {
  try {
    const answer = await fetch(`${SCRIPT}.sri`);
    const hash = answer.ok ? (await answer.text()).trim() : "";
    return HASH.test(hash) ? hash : undefined;
  } catch {
    return undefined;
  }
}

const tag = (hash: string): string => `<script src="${new URL(SCRIPT, location.href).href}"\n  integrity="${hash}"\n  crossorigin></script>`;
