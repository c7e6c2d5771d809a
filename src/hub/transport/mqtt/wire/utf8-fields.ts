// Validates the strings of MQTT packets as bytes: decoding would hide invalid UTF-8. Control characters count as faults, as the
// standard allows [MQTT-1.5.3-1, MQTT-1.5.3-2]: no client sends one on purpose.
import { isUtf8 } from "node:buffer";

const MAX_TOPIC_CHARACTERS = 1_024;
/** The only fault of a topic that MQTT allows. */
export const TOPIC_TOO_LONG = `has over ${MAX_TOPIC_CHARACTERS} characters`;
const CONTROL_CHARACTER = /\p{Cc}/u;
const WILDCARD = /[+#]/;

const HAS_CONTROL_CHARACTER = "has a control character";
/** A longer text is checked faster as a whole. */
const MAX_PLAIN_BYTES = 256;

/** By byte: 1 for printable ASCII other than wildcards. */
const PLAIN = new Uint8Array(256).fill(1, 0x20, 0x7f);
PLAIN[0x23] = 0;
PLAIN[0x2b] = 0;

/** As `textFault`, of text that is nobody's name here: control characters are let through. */
export function freeTextFault(bytes: Buffer, start: number, end: number): string | null {
  // A packet may have thousands of them: nearly all end here, and nothing is allocated.
  if (end - start <= MAX_PLAIN_BYTES && isPlain(bytes, start, end)) return null;
  const fault = textFault(bytes, start, end);
  return fault === HAS_CONTROL_CHARACTER ? null : fault;
}

/** What is wrong with a string, to be read after its name; null where nothing is. */
export function textFault(bytes: Buffer, start: number, end: number): string | null {
  if (!isUtf8(bytes.subarray(start, end))) return "is not UTF-8";
  const text = bytes.toString("utf8", start, end);
  if (text.includes("\0")) return "has a zero character";
  return CONTROL_CHARACTER.test(text) ? HAS_CONTROL_CHARACTER : null;
}

/** The fault of a topic name; null where there is none. */
export function topicFault(bytes: Buffer, start: number, end: number): string | null {
  if (start === end) return "is empty";
  // Nearly all topics return here, without allocation.
  if (end - start <= MAX_TOPIC_CHARACTERS && isPlain(bytes, start, end)) return null;
  const fault = textFault(bytes, start, end);
  if (fault !== null) return fault;
  const topic = bytes.toString("utf8", start, end);
  if (WILDCARD.test(topic)) return "has a wildcard (+ or #)";
  return topic.length > MAX_TOPIC_CHARACTERS ? TOPIC_TOO_LONG : null;
}

function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (PLAIN[bytes[at] ?? 0] === 0) return false;
  return true;
}
