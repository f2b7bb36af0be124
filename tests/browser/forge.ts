// A relay that lies: the records in its messages changed on their way into a page, and signed with any key.
import { createHash, createPrivateKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { Relay } from "./relay.ts";

/** A secret key: 32 bytes of Ed25519. */
export type Secret = Buffer;

/** The relay's own root key, as whoever has stolen it would hold it. */
export const rootOf = (relay: Relay): Promise<Secret> => readFile(join(relay.data, "keys/root.key"));

/** Some other key. */
export const foreign: Secret = createHash("sha256").update("somebody else").digest();

/** What stands before the 32 bytes in the form that Node reads (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** Bytes of a signature, and what stands before one in CBOR: a byte string of 64. */
const SIGNATURE = 64;
const HEAD = Buffer.from([0x58, SIGNATURE]);

/** A byte string in CBOR (RFC 8949, 3). */
function bytes(content: Buffer): Buffer {
  const { length } = content;
  if (length < 256) return Buffer.concat([Buffer.from([0x58, length]), content]);
  return Buffer.concat([Buffer.from([0x59, length >> 8, length & 255]), content]);
}

/** How a record is changed, and who signs what came of it; nobody leaves the old signature. */
export interface Forgery {
  record: "install" | "series";
  change: (record: any) => void;
  by: Secret | null;
}

/** A message with every record of one kind forged. */
function forged(message: Buffer, { record, change, by }: Forgery): Buffer {
  const begins = record === "install" ? '{"app":' : '{"series":';
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const start = message.indexOf(begins, at);
    if (start < 0) return Buffer.concat([...parts, message.subarray(at)]);
    const signature = message.indexOf(HEAD, start);
    const old = message.subarray(start, signature);
    const value = JSON.parse(old.toString());
    change(value);
    const now = Buffer.from(JSON.stringify(value));
    const key = by && createPrivateKey({ key: Buffer.concat([PKCS8, by]), format: "der", type: "pkcs8" });
    const signed = key ? sign(null, now, key) : message.subarray(signature + HEAD.length, signature + HEAD.length + SIGNATURE);
    parts.push(message.subarray(at, start - (old.length < 256 ? 2 : 3)), bytes(now), bytes(signed));
    at = signature + HEAD.length + SIGNATURE;
  }
}

/** Lets a page hear forged records only. */
export async function lie(page: Page, forgery: Forgery): Promise<void> {
  await page.routeWebSocket(/\/starlane\/lane/, (page) => {
    const relay = page.connectToServer();
    relay.onMessage((message) => page.send(typeof message === "string" ? message : forged(message, forgery)));
  });
}
