// What things cost in the budget, in bytes: their own, and those of the objects that stand for them until they are settled.

/** What a message costs beside its bytes: the objects that stand for it until it is settled. */
export const MESSAGE_BYTES = 64;
/** The same of one that passes through the broker or a WebSocket, which make more of it. */
export const PARSED_MESSAGE_BYTES = 1_024;
/** The same of an HTTP request. */
export const REQUEST_BYTES = 4_096;
/** What it costs to find out what is wrong with a message, and to say so. */
export const REFUSAL_BYTES = 512;
/** What a reading costs on its way from the decoder to the disk. */
export const READING_BYTES = 100;
/** What the first reading of a series costs beside that: rows in three indexes, and a chunk of its own. */
export const NEW_SERIES_BYTES = 1_000;
/** The same of a text beside the readings, which is a row of its own on the disk. */
export const ATTRIBUTE_BYTES = 300;
/** The shortest ones there are: `"a":1,` and a little. */
const SHORTEST_READING_BYTES = 8;

/** What a message costs at most, the readings that may be in its payload with it: to ask for, not to take. */
export function mostCostOf(messageBytes: number, payloadBytes: number): number {
  return messageBytes + payloadBytes + (payloadBytes / SHORTEST_READING_BYTES) * READING_BYTES;
}
