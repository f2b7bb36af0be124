// What belongs to one tab and lasts over its reloads. Where the browser refuses it, it lasts as long as the page.

const memory = new Map<string, string>();

/** Keeps a text under a name. */
export function keep(name: string, value: string): void {
  memory.set(name, value);
  try {
    globalThis.sessionStorage?.setItem(name, value);
  } catch {
    // Refused (a sandboxed page, or it is full): the page's own memory must do.
  }
}

/** The text under a name. */
export function kept(name: string): string | undefined {
  try {
    return globalThis.sessionStorage?.getItem(name) ?? fromMemory(name);
  } catch {
    return memory.get(name);
  }
}

/** With a storage that works, what it no longer has was removed on purpose. */
function fromMemory(name: string): string | undefined {
  return globalThis.sessionStorage === undefined ? memory.get(name) : undefined;
}
