// The addresses from which a device sent, and when: a stretch for each address, the latest last. Where two addresses alternate,
// each turn is a stretch, so that a second machine with the same id shows.
import { type Static, Type } from "typebox";

/** `[address, firstSeenMs, lastSeenMs, messages]`: short, since every device has some. */
export const AddressStretch = Type.Tuple([Type.String(), Type.Integer(), Type.Integer(), Type.Integer()]);
export type AddressStretch = Static<typeof AddressStretch>;

const MAX_STRETCHES = 50;

/** Called for each message of a device. */
export function noteAddress(stretches: AddressStretch[], address: string, nowMs: number): void {
  const latest = stretches.at(-1);
  if (latest !== undefined && latest[0] === address) {
    latest[2] = nowMs;
    latest[3]++;
    return;
  }
  stretches.push([address, nowMs, nowMs, 1]);
  if (stretches.length > MAX_STRETCHES) stretches.shift();
}
