// From a payload to its verdict: decode, then hand over to ingest. Every transport delivers here.
import type { DeviceId } from "../../shared/ids.ts";
import type { Principal } from "../access/principal.ts";
import type { Clock } from "../clock.ts";
import type { Delivery, Ingest, Verdict } from "../ingest/accept.ts";
import type { DeviceMessage } from "../ingest/device-message.ts";
import type { Decode, Route } from "./protocol.ts";

export interface InboxOptions {
  readonly ingest: Pick<Ingest, "accept" | "reject" | "defer" | "isBarred">;
  readonly clock: Clock;
}

export class Inbox {
  readonly #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Never rejects: what goes wrong is part of the verdict. */
  receive(delivery: Delivery, decode: Decode): Promise<Verdict> {
    const { ingest, clock } = this.#options;
    try {
      const decoded = decode(delivery.payload, { nowMs: clock.now() });
      return decoded.kind === "decoded"
        ? ingest.accept(decoded.messages, delivery)
        : ingest.reject(decoded.problem, decoded.device, delivery);
    } catch (error) {
      return Promise.resolve(ingest.defer(error, delivery));
    }
  }

  /** Whether a payload is of a device that was blocked, or that its sender may not speak for: no other client may receive it. */
  isBarred(route: Route, payload: Uint8Array, sender: { readonly principal: Principal }): boolean {
    const { ingest, clock } = this.#options;
    const isBarred = (device: DeviceId) => ingest.isBarred(device, sender.principal);
    if (route.device !== null) return isBarred(route.device);
    const decoded = route.decode(payload, { nowMs: clock.now() });
    return decoded.kind === "decoded" && decoded.messages.flatMap(devicesOf).some(isBarred);
  }
}

function devicesOf(message: DeviceMessage): readonly DeviceId[] {
  return message.kind === "readings" ? message.readings.map(({ device }) => device) : [message.device];
}
