// Sources of the hub's certificate, one for each mode of TLS. The ports present the current certificate.
import type { TlsProblem } from "../../../shared/messages/en/network/tls.ts";
import type { Message } from "../../../shared/messages/message.ts";
import type { CertificateSource } from "../../reach/acme/certificate-source.ts";

/** A source of this hub's own, with a life. */
export interface RunningSource extends CertificateSource {
  /** Why it has no certificate, or no newer one. */
  readonly problems: readonly Message<TlsProblem>[];
  /** Resolves without waiting for others; `current` may be null even then. */
  start(): Promise<void>;
  stop(): void;
}

/** A certificate that another part of the hub obtains, which reports its problems itself. The ports open once it is there. */
export function providedSource(provider: CertificateSource): RunningSource {
  return {
    get current() {
      return provider.current;
    },
    onChange: (listener) => provider.onChange(listener),
    problems: [],
    start: async () => undefined,
    stop: () => undefined,
  };
}
