// The excerpt of a payload for people: its beginning, as text, with probable secrets masked. The payload itself is not changed.

/** A field whose name speaks of a secret, up to the end of its text or of the excerpt. */
const SECRET_FIELD =
  /("[^"\\]{0,32}(?:passw|passphrase|secret|token|api[_-]?key|private[_-]?key|authorization|credential)[^"\\]{0,32}"\s*:\s*")(?:[^"\\]|\\.?)*/gi;
/** Keys that this hub makes (access/secrets.ts), whole or cut. */
const HUB_KEY = /\bbrk_[A-Za-z0-9_-]+/g;
const HIDDEN = "•••";

/** A character that the cut went through is left out. */
export function excerptOf(payload: Uint8Array, maxBytes: number): string {
  const text = new TextDecoder().decode(payload.subarray(0, maxBytes), { stream: payload.length > maxBytes });
  return withoutSecrets(text);
}

/** Hides the values of fields such as `password`, and keys of the hub. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRET_FIELD, `$1${HIDDEN}`).replace(HUB_KEY, `brk_${HIDDEN}`);
}
