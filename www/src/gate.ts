// The page for somebody without a token: what to type, and a field for what comes out of it.

import { h, put, sentence } from "./dom";
import { logo } from "./logo";
import { keep, type Problem } from "./session";
import { copyable } from "./copy";

const COMMAND = "starlane token operator";

export function gate(problem?: Problem): HTMLElement {
  return h(
    "main",
    { class: "gate" },
    h("header", { class: "gate-head" }, logo(), h("span", { class: "wordmark" }, "Starlane")),
    h("h1", {}, "Sign in to this mesh"),
    problem ? refusal(problem) : null,
    h("p", {}, "The console is one star among the others and speaks with the rights of a user. Print a sign-in link on the machine that runs the relay:"),
    copyable(COMMAND, { prompt: true }),
    h("p", { class: "quiet" }, "The command finds its relay by its data folder: name it with --data or STARLANE_DATA, unless the relay uses your own."),
    h("p", { class: "quiet" }, "Open the link within five minutes; it works once. Or paste it here, or the token itself:"),
    form(),
  );
}

function refusal(problem: Problem): HTMLElement {
  return h("div", { class: "notice notice-bad", role: "alert" }, h("strong", {}, ...sentence(problem.message)), h("span", {}, ...sentence(problem.hint ?? "")), h("code", {}, problem.code));
}

function form(): HTMLFormElement {
  const field = h("input", { id: "pass", name: "pass", class: "mono", autocomplete: "off", spellcheck: "false", required: true, placeholder: "http://…/starlane/#code=…" });
  const note = h("p", { class: "field-note", role: "status" });
  const submit = (event: Event): void => {
    event.preventDefault();
    const refused = use(field.value.trim());
    if (refused) put(note, refused);
  };
  return h(
    "form",
    { class: "gate-form", onsubmit: submit },
    h("label", { for: "pass" }, "Link or token"),
    h("div", { class: "joined" }, field, h("button", { class: "primary" }, "Sign in")),
    note,
  );
}

/** Follows a sign-in link of this console, keeps a token, or says what is wrong with the text. */
function use(text: string): string | undefined {
  const code = /#code=([^\s&]+)/.exec(text)?.[1];
  if (code) {
    location.hash = `code=${code}`;
    location.reload();
    return undefined;
  }
  if (text.split(".").length !== 3) return "That is neither a sign-in link nor a token. A link has #code= in it; a token has three parts joined by dots.";
  keep(text);
  return undefined;
}
