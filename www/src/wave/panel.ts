// The form that sends a wave, and its answer. One wave is under way at a time; it can be given up.

import type { Star } from "starlane";
import { h, put, say, set } from "../dom";
import { problem } from "../session";
import type { Listing } from "../mesh/listing";
import { answer } from "./answer";
import { compose, Unsendable } from "./compose";
import { remember, remembered, title, type BodyType, type Draft } from "./draft";
import { methodList, pointList } from "./suggest";

export interface WavePanel {
  element: HTMLElement;
  /** Puts a point into the form and the cursor behind it. */
  write(point: string): void;
  listed(listing: Listing): void;
}

/** What a body may be called; a wave without one has no type either. */
const TYPES: [BodyType, string][] = [["application/json", "JSON"], ["text/plain", "Text"], ["none", "No body"]];

export function wavePanel(star: Star): WavePanel {
  const fields = fieldsOf();
  const points = pointList("points");
  const methods = methodList("methods", () => remembered().map((draft) => draft.method));
  const result = answer();
  const recent = h("div", { class: "recent" });
  const note = h("p", { class: "field-note", role: "alert" });
  const send = h("button", { class: "primary" }, "Send");
  let under: AbortController | undefined;

  const recall = (draft: Draft): void => {
    fields.write(draft);
    fields.to.focus();
  };
  const menu = (): void => put(recent, ...recentMenu(recall));
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (under) return under.abort();
    say(note, "");
    try {
      const draft = fields.read();
      const wave = compose(draft);
      remember(draft);
      under = new AbortController();
      say(send, "Give up");
      result.sending();
      const { to, method, body, ...options } = wave;
      result.answered(await star.ping(to, method, body, { ...options, signal: under.signal, throws: false }));
    } catch (error) {
      if (error instanceof Unsendable) {
        say(note, error.message);
        result.none();
      } else result.failed(problem(error));
    } finally {
      under = undefined;
      say(send, "Send");
      methods.update();
      menu();
    }
  };
  menu();
  const form = h("form", { class: "wave-form", onsubmit: submit, onkeydown: shortcut }, ...fields.elements, points.element, methods.element, note, h("div", { class: "form-end" }, send, h("kbd", {}, "Ctrl ⏎"), recent));
  return {
    element: h("section", { class: "panel wave", "aria-labelledby": "wave-title" }, h("header", { class: "panel-head" }, h("h2", { id: "wave-title" }, "Send a wave")), form, result.element),
    listed: points.update,
    write(point) {
      fields.to.value = point;
      fields.method.focus();
      form.scrollIntoView({ block: "nearest" });
    },
  };
}

/** Control or Command with Enter sends from anywhere in the form. */
function shortcut(event: Event): void {
  const key = event as KeyboardEvent;
  if (key.key !== "Enter" || !(key.ctrlKey || key.metaKey)) return;
  key.preventDefault();
  (key.currentTarget as HTMLFormElement).requestSubmit();
}

function recentMenu(recall: (draft: Draft) => void): HTMLElement[] {
  const drafts = remembered();
  if (drafts.length === 0) return [];
  const choose = (event: Event): void => {
    const menu = event.target as HTMLSelectElement;
    const draft = drafts[Number(menu.value)];
    if (draft) recall(draft);
    menu.selectedIndex = 0;
  };
  const options = drafts.map((draft, i) => h("option", { value: i }, title(draft)));
  return [h("select", { "aria-label": "Waves sent before", onchange: choose }, h("option", { value: "" }, "Sent before…"), ...options)];
}

interface Fields {
  elements: HTMLElement[];
  to: HTMLInputElement;
  method: HTMLInputElement;
  read(): Draft;
  write(draft: Draft): void;
}

function fieldsOf(): Fields {
  const plain = { autocomplete: "off", autocapitalize: "off", spellcheck: "false", class: "mono" };
  const to = h("input", { ...plain, id: "wave-to", list: "points", required: true, placeholder: "localhost:hello:greeter" });
  const method = h("input", { ...plain, id: "wave-method", list: "methods", required: true, placeholder: "Ext<Greet>" });
  const path = h("input", { ...plain, id: "wave-path", placeholder: "/" });
  const headers = h("textarea", { ...plain, id: "wave-headers", rows: 2, placeholder: "name: value" });
  const type = h("select", { id: "wave-type" }, ...TYPES.map(([value, name]) => h("option", { value }, name)));
  const body = h("textarea", { ...plain, id: "wave-body", rows: 4, placeholder: '{ "name": "Ada" }' });
  const follow = (): void => set(body, "disabled", type.value === "none");
  type.addEventListener("change", follow);
  const more = h("details", { class: "more" }, h("summary", {}, "Path and headers"), row("Path", path), row("Headers", headers));
  const write = (draft: Draft): void => {
    [to.value, method.value, path.value, headers.value, type.value, body.value] = [draft.to, draft.method, draft.path, draft.headers, draft.type, draft.body];
    more.open = Boolean(draft.path || draft.headers);
    follow();
  };
  const read = (): Draft => ({ to: to.value, method: method.value, path: path.value, headers: headers.value, type: type.value as BodyType, body: body.value });
  const last = remembered()[0];
  if (last) write(last);
  const bodyRow = h("div", { class: "field" }, h("div", { class: "field-head" }, h("label", { for: "wave-body" }, "Body"), h("label", { for: "wave-type", class: "sr-only" }, "Type of the body"), type), body);
  return { elements: [row("To", to), row("Method", method), more, bodyRow], to, method, read, write };
}

function row(name: string, field: HTMLElement): HTMLElement {
  return h("div", { class: "field" }, h("label", { for: field.id }, name), field);
}
