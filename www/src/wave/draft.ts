// A wave as a person writes it: everything still text. The last ones are remembered in this browser.

/** Drafts that are remembered; a dozen fit the menu without scrolling. */
const REMEMBERED = 12;

/** Bodies longer than this are not remembered, so that the browser's store is never filled by one of them. */
const BODY_KEPT = 16_384;

const STORE = "starlane:console:drafts";

export type BodyType = "none" | "application/json" | "text/plain";

export interface Draft {
  to: string;
  method: string;
  path: string;
  headers: string;
  type: BodyType;
  body: string;
}

/** The drafts sent last, the newest first. Whatever cannot be read is as good as not there. */
export function remembered(): Draft[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isDraft).slice(0, REMEMBERED) : [];
  } catch {
    return [];
  }
}

/** Puts `draft` first; an equal one is not listed twice. */
export function remember(draft: Draft): void {
  const kept = { ...draft, body: draft.body.length > BODY_KEPT ? "" : draft.body };
  const others = remembered().filter((one) => title(one) !== title(kept) || one.body !== kept.body);
  try {
    localStorage.setItem(STORE, JSON.stringify([kept, ...others].slice(0, REMEMBERED)));
  } catch {
    // A browser that keeps nothing for this page still sends waves.
  }
}

/** One line that names a draft in the menu. */
export const title = (draft: Draft): string => [draft.method, draft.to, draft.path].filter(Boolean).join(" ");

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Record<string, unknown>;
  return ["to", "method", "path", "headers", "type", "body"].every((name) => typeof fields[name] === "string");
}
