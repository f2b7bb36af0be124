// One's own page: what stands there, and what shall.

import { $, h } from "./dom.js";
import { pageOf, signedIn, userOf } from "./star.js";

const [form, name, text, keep, link, note] = ["own", "own-name", "own-text", "own-keep", "own-link", "own-note"].map($);

let star;

/** Finds out who is here and shows what stands on their page. */
export async function begin() {
  try {
    star = await signedIn();
    if (!star) return tell("Nobody is signed in here. Ask whoever runs this relay for a link: ", h("code", {}, "starlane token <user>"));
    await show();
  } catch (error) {
    refused(error);
  }
}

async function show() {
  const user = userOf(star);
  link.href = `/users/${user}`;
  for (const place of document.querySelectorAll(".code-user")) place.textContent = user;
  const shown = (await star.ping(pageOf(star), "Ext<Show>")).json();
  [name.value, text.value] = [shown.name, shown.text];
  form.hidden = false;
  tell("You are ", h("strong", {}, user), ".");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  keep.disabled = true;
  try {
    const kept = (await star.ping(pageOf(star), "Ext<Keep>", { name: name.value, text: text.value })).json();
    [name.value, text.value] = [kept.name, kept.text];
    tell("Kept. Everybody who opens your page reads it now.");
  } catch (error) {
    refused(error);
  } finally {
    keep.disabled = false;
  }
});

function tell(...words) {
  note.className = "fine";
  note.replaceChildren(...words);
}

function refused(error) {
  note.className = "fine refused";
  note.replaceChildren(error.message, " ", h("code", {}, error.code ?? "failed"));
}
