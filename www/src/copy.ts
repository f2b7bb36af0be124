// A line of text with a button that copies it.

import { h, say } from "./dom";

/** How long the button says that it has copied. */
const SAID_MS = 1_600;

export function copyable(text: string, options: { prompt?: boolean } = {}): HTMLElement {
  const line = h("code", { class: options.prompt ? "copy-text prompt" : "copy-text", tabindex: 0 }, text);
  return h("div", { class: "copy" }, line, copyButton(() => text, line));
}

/** Copies what `text` gives at that moment; where the clipboard is closed, selects `shown` instead. */
export function copyButton(text: () => string, shown: Element): HTMLButtonElement {
  const button = h("button", { type: "button", class: "small", "aria-live": "polite" }, "Copy");
  button.addEventListener("click", async () => {
    say(button, (await copied(text())) ? "Copied" : select(shown));
    setTimeout(() => say(button, "Copy"), SAID_MS);
  });
  return button;
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function select(element: Element): string {
  getSelection()?.selectAllChildren(element);
  return "Selected";
}
