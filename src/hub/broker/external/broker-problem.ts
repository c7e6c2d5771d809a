// Why the hub has no connection to its broker: errors of MQTT.js and of sockets in, messages out.
import type { broker } from "../../../shared/messages/en/network/broker.ts";
import { type Message, message } from "../../../shared/messages/message.ts";
import type { BrokerAddress } from "../broker-address.ts";

export type BrokerProblem = Message<Extract<keyof typeof broker, `broker/away/${string}`>>;

/** Of CONNACK: in MQTT 3.1.1, and in MQTT 5. */
const WRONG_LOGIN = [4, 134];
const NOT_AUTHORISED = [5, 135];
const UNSUPPORTED_VERSION = [1, 132];

/** Of certificates that Node does not trust. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ERR_TLS/;

export function isUnsupportedVersion(error: unknown): boolean {
  return UNSUPPORTED_VERSION.some((code) => code === codeOf(error));
}

/** Of a worker, which has nothing but shared subscriptions. */
export function cannotShare({ url }: BrokerAddress): BrokerProblem {
  return message("broker/away/cannot-share", { broker: url });
}

/** `error` is null where the connection just ended. */
export function brokerProblem({ url, username }: BrokerAddress, error: unknown): BrokerProblem {
  const code = codeOf(error);
  if (typeof code === "number") {
    // Mosquitto says "not authorised" of a wrong password as well.
    if (WRONG_LOGIN.includes(code) || (NOT_AUTHORISED.includes(code) && username !== null))
      return message("broker/away/wrong-login", { broker: url });
    if (NOT_AUTHORISED.includes(code)) return message("broker/away/not-authorised", { broker: url });
  }
  const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : "";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return message("broker/away/unknown-name", { broker: url });
  if (code === "ECONNREFUSED") return message("broker/away/refused", { broker: url });
  if (typeof code === "string" && UNTRUSTED.test(code))
    return message("broker/away/untrusted", { broker: url, reason });
  return error === null
    ? message("broker/away/ended", { broker: url })
    : message("broker/away/other", { broker: url, reason });
}

function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  // Of several addresses that were tried, each has an error of its own.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return "code" in error ? error.code : undefined;
}
