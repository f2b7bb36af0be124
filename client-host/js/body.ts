// Bodies: what a page gives and gets, and the bytes with a content type that travel.

import { StarlaneError } from "./errors.js";

/** What may be sent: text, bytes, or anything that JSON can tell. */
export type BodyInput = unknown;

/** Bytes with a content type, as they travel. */
export interface Encoded {
  type: string;
  bytes: Uint8Array;
}

/** Bytes of a wave's body at most. */
export const BODY_BYTES: number = 1_024 * 1_024;

const NOTHING: Encoded = { type: "", bytes: new Uint8Array(0) };

/** Bytes for a body: a text is `text/plain`, bytes are `application/octet-stream`, anything else becomes JSON. */
export function encode(body: BodyInput, type?: string): Encoded {
  const encoded = body === undefined ? NOTHING : encodedAs(body);
  if (encoded.bytes.length > BODY_BYTES) {
    throw new StarlaneError({
      code: "too-large",
      message: `the body has ${encoded.bytes.length} bytes, and ${BODY_BYTES} are allowed`,
      hint: "Send less, or in parts.",
    });
  }
  return type === undefined ? encoded : { type, bytes: encoded.bytes };
}

function encodedAs(body: unknown): Encoded {
  if (typeof body === "string") return { type: "text/plain", bytes: new TextEncoder().encode(body) };
  if (body instanceof Uint8Array) return { type: "application/octet-stream", bytes: body };
  if (body instanceof ArrayBuffer) return { type: "application/octet-stream", bytes: new Uint8Array(body) };
  if (ArrayBuffer.isView(body)) {
    return { type: "application/octet-stream", bytes: new Uint8Array(body.buffer, body.byteOffset, body.byteLength) };
  }
  return { type: "application/json", bytes: new TextEncoder().encode(json(body)) };
}

function json(body: unknown): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(body);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text;
  throw new StarlaneError({ code: "bad-body", message: "the body has no JSON form", hint: "Send text, bytes or plain data.", cause });
}

/** The body as its content type says: JSON as its value, text as a string, anything else as bytes. */
export function decode(type: string, bytes: Uint8Array): unknown {
  const essence = (type.split(";")[0] ?? "").trim().toLowerCase();
  if (essence === "application/json" || essence.endsWith("+json")) {
    const text = textOf(bytes);
    try {
      return JSON.parse(text);
    } catch {
      // What calls itself JSON and is none is still worth reading.
      return text;
    }
  }
  if (essence.startsWith("text/")) return textOf(bytes);
  return bytes.length === 0 && essence === "" ? undefined : bytes;
}

/** Bytes as text, whatever they were meant to be. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
