// Secrets, and what the hub stores of them: a digest, never the secret itself. Secrets of 256 random bits cannot be guessed from
// their digest; passwords, which can, are hashed in passwords.ts.
import { hash, randomBytes, timingSafeEqual } from "node:crypto";

const SECRET_BYTES = 32;
/** How a key of this hub begins, so that a leaked one is found by a search. */
const KEY_PREFIX = "brk_";
const SHOWN_CHARACTERS = 8;
/** What may be a key: a device may offer its own. A token with dots is a session's. */
const KEY_SHAPE = /^[A-Za-z0-9_-]{16,128}$/;
/** Without letters that look like digits (Crockford's base 32). */
const CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_CHARACTERS = 8;

/** A secret in the form that is stored. */
export interface SecretDigest {
  /** SHA-256, base64url. */
  readonly hash: string;
  /** Short enough for people to compare: K7QF-2M9X. 40 bits make a second key with the same code infeasible. */
  readonly code: string;
}

/** 256 random bits, base64url; not one that begins with a minus, which a command would take for an option. */
export function makeSecret(): string {
  for (;;) {
    const secret = randomBytes(SECRET_BYTES).toString("base64url");
    if (!secret.startsWith("-")) return secret;
  }
}

/** A key of a device or a program. */
export function makeKey(): string {
  return KEY_PREFIX + makeSecret();
}

/** Whether a text may be a key of a device or a program. */
export function isKeyShaped(text: string): boolean {
  return KEY_SHAPE.test(text);
}

/** The beginning of a key, as lists show it. */
export function shownPrefix(key: string): string {
  return key.slice(0, SHOWN_CHARACTERS);
}

/** SHA-256, base64url: by this a secret is looked up. Computed for each request that presents one. */
export function hashOf(secret: string): string {
  return hash("sha256", secret, "base64url");
}

export function digestOf(secret: string): SecretDigest {
  return { hash: hashOf(secret), code: codeOf(secret) };
}

/** In a time that does not depend on how many characters are the same. */
export function isSameSecret(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** By another hash than the one that is stored, which it does not reveal. The agent computes the same. */
function codeOf(secret: string): string {
  const bytes = hash("sha256", `bramble key code\n${secret}`, "buffer");
  const characters = Array.from({ length: CODE_CHARACTERS }, (_, index) => CODE_ALPHABET[(bytes[index] ?? 0) & 31]);
  return `${characters.slice(0, 4).join("")}-${characters.slice(4).join("")}`;
}
