// Reports why the TLS handshake of a client failed, for the log and for the list that the doctor shows.
import type { TlsFailure } from "../../../shared/messages/en/network/tls.ts";
import { type Message, message } from "../../../shared/messages/message.ts";
import type { ConnectionFailures } from "../../diagnostics/connection-failures.ts";
import type { LogThrottle } from "../../observe/log/log-throttle.ts";
import type { HandshakeFailure } from "./handshakes.ts";

export type SecureProtocol = "HTTPS" | "MQTTS";

export interface TlsDiagnosticsOptions {
  readonly failures: ConnectionFailures;
  readonly floodLog: LogThrottle;
  /** The certificate that the hub presents. */
  readonly presented: () => { readonly isOwn: boolean; readonly names: readonly string[] };
}

const HTTP_REQUEST = /^[A-Z]{3,7} \S* HTTP\//;
const MQTT_CONNECT = 0x10;
const MAX_SHOWN_NAMES = 5;
const MAX_REASON_CHARACTERS = 120;

export class TlsDiagnostics {
  readonly #options: TlsDiagnosticsOptions;

  constructor(options: TlsDiagnosticsOptions) {
    this.#options = options;
  }

  failed(protocol: SecureProtocol, address: string, failure: HandshakeFailure): void {
    const found = this.#messageOf(protocol, failure);
    const { failures, floodLog } = this.#options;
    floodLog.warn(`tls ${found.code}`, { address, protocol, code: found.code }, "TLS handshake failed");
    failures.report({ address, subject: `${protocol} ${found.code}`, message: found });
  }

  #messageOf(protocol: SecureProtocol, failure: HandshakeFailure): Message<TlsFailure> {
    switch (failure.kind) {
      case "not TLS":
        if (isHttpRequest(failure.bytes)) return message("wrong-protocol/http-to-tls", { protocol });
        return failure.bytes[0] === MQTT_CONNECT
          ? message("wrong-protocol/mqtt-to-tls", { protocol })
          : message("wrong-protocol/not-tls", { protocol });
      case "too slow":
        return message("tls-failed/slow", { protocol, seconds: failure.seconds });
      case "failed":
        return this.#alertMessage(protocol, failure);
    }
  }

  /** OpenSSL names the alert that a client sent (RFC 8446, section 6.2). */
  #alertMessage(protocol: SecureProtocol, { code, reason }: { code: string; reason: string }): Message<TlsFailure> {
    const { isOwn, names } = this.#options.presented();
    if (/ALERT_UNKNOWN_CA|ALERT_CERTIFICATE_UNKNOWN/.test(code))
      return isOwn
        ? message("untrusted-certificate/own", { protocol })
        : message("untrusted-certificate/files", { protocol });
    if (/ALERT_BAD_CERTIFICATE/.test(code))
      return message("untrusted-certificate/wrong-name", { protocol, names: names.slice(0, MAX_SHOWN_NAMES) });
    if (/ALERT_CERTIFICATE_EXPIRED/.test(code)) return message("untrusted-certificate/expired", { protocol });
    if (/UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION/.test(code)) return message("tls-failed/too-old", { protocol });
    if (/NO_SHARED_CIPHER|NO_SUITABLE/.test(code)) return message("tls-failed/no-cipher", { protocol });
    if (/NO_APPLICATION_PROTOCOL/.test(code)) return message("tls-failed/no-protocol", { protocol });
    return message("tls-failed", { protocol, reason: reason.slice(0, MAX_REASON_CHARACTERS) });
  }
}

export function isHttpRequest(bytes: Buffer): boolean {
  return HTTP_REQUEST.test(bytes.toString("latin1", 0, 2_048));
}
