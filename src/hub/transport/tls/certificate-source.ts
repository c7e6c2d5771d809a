// Where the hub's certificate comes from. Each mode of TLS has a source of its own; the ports take whatever is current.
import type { TlsProblem } from "../../../shared/messages/en/network/tls.ts";
import type { Message } from "../../../shared/messages/message.ts";
import type { CertificateSource } from "../../reach/acme/certificate-source.ts";

/** A source of this hub's own, with a life. */
export interface RunningSource extends CertificateSource {
  /** What keeps it from a certificate, or from a newer one. */
  readonly problems: readonly Message<TlsProblem>[];
  /** Resolves once it has done what can be done at once; `current` may be null even then. */
  start(): Promise<void>;
  stop(): void;
}

/** What another part of the hub obtains, and tells of its problems itself. The ports open once there is a certificate. */
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
