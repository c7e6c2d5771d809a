// From a payload to its verdict: decode, then hand over to ingest. Every transport delivers here.
import { deviceNamedBy } from "../access/principal.ts";
import type { Clock } from "../clock.ts";
import type { Delivery, Ingest, Verdict } from "../ingest/accept.ts";
import type { Decode } from "./protocol.ts";

export interface InboxOptions {
  readonly ingest: Pick<Ingest, "accept" | "reject" | "defer">;
  readonly clock: Clock;
}

export class Inbox {
  readonly #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Never rejects: an error is part of the verdict. */
  receive(delivery: Delivery, decode: Decode): Promise<Verdict> {
    const { ingest, clock } = this.#options;
    try {
      const decoded = decode(delivery.payload, { nowMs: clock.now(), sender: deviceNamedBy(delivery.principal) });
      return decoded.kind === "decoded"
        ? ingest.accept(decoded.messages, delivery)
        : ingest.reject(decoded.problem, decoded.device, delivery);
    } catch (error) {
      return Promise.resolve(ingest.defer(error, delivery));
    }
  }
}
