// Says why an HTTP client failed, for the list that the doctor shows. No request that succeeds comes here.
import { isNativeError } from "node:util/types";
import type { FastifyRequest } from "fastify";
import { errorOf, type Problem, textOf } from "../../../shared/errors.ts";
import type { NotAdmitted } from "../../access/admission.ts";
import { plainAddress } from "../../access/networks.ts";
import type { ConnectionFailures } from "../../diagnostics/connection-failures.ts";
import { meantPath } from "../../diagnostics/did-you-mean.ts";
import type { LogThrottle } from "../../observe/log-throttle.ts";

export interface HttpDiagnosticsOptions {
  readonly failures: ConnectionFailures;
  readonly mqttPort: () => number;
  readonly floodLog: LogThrottle;
}

/** Of a path or media type that a message quotes. */
const MAX_QUOTED_CHARACTERS = 200;
/** In a CONNECT the name of its protocol comes first: that of MQTT 3.1.1 and 5, and that of 3.1. */
const MQTT_CONNECT = "\x10";
const MQTT_NAMES = ["\0\x04MQTT", "\0\x06MQIsdp"];
const TLS_HELLO = "\x16\x03";
const BEGINNING_BYTES = 16;

type Requester = Pick<FastifyRequest, "ip" | "headers">;
type Requested = Pick<FastifyRequest, "ip" | "method" | "url">;

const POST_READINGS = "Readings are taken by POST to /data, as JSON.";

function quotedGet(path: string): string {
  return `It sent readings in the query of a GET to ${path.slice(0, MAX_QUOTED_CHARACTERS)}.`;
}

/** Whether a query has a number in it, as that of a station that can only GET. */
function hasReadings(url: string): boolean {
  const [, query = ""] = url.split("?", 2);
  return [...new URLSearchParams(query).values()].some(
    (value) => value.trim() !== "" && Number.isFinite(Number(value)),
  );
}

export class HttpDiagnostics {
  readonly #options: HttpDiagnosticsOptions;

  constructor(options: HttpDiagnosticsOptions) {
    this.#options = options;
  }

  notAdmitted(address: string, outcome: NotAdmitted): void {
    this.#options.failures.notAdmitted(address, outcome, "HTTP");
  }

  /** A connection that took more of the hub than it may. */
  cut(address: string, reason: string): void {
    this.#options.floodLog.warn("http-cut", { address, reason }, "connection cut");
    this.#tell(address, { code: "cut", subject: reason, message: `Its connection was cut: ${reason}.` });
  }

  /** A browser whose session has expired is only asked to sign in again: that is no failure. */
  notSignedIn({ ip, headers }: Requester): void {
    if (headers.authorization === undefined) return;
    const message =
      "It showed a token that this hub does not take. The one in hub.json is another after every start, and good from the hub’s own computer alone.";
    this.#tell(ip, { code: "wrong-token", message });
  }

  foreign(address: string | undefined, found: Problem): void {
    const message = textOf(found);
    this.#tell(address, { code: errorOf(found), subject: message, message });
  }

  /** A request to a path without a route. Returns a hint at the path that was meant; empty where none is close. */
  noSuchPath({ ip, method, url }: Requested, path: string): string {
    if (method === "GET" && hasReadings(url)) {
      this.#tell(ip, { code: "wrong-method", subject: path, message: `${quotedGet(path)} ${POST_READINGS}` });
      return ` ${POST_READINGS}`;
    }
    if (method !== "POST" && method !== "PUT") return "";
    const meant = meantPath(path);
    const hint = meant === null ? "" : ` Did you mean ${meant}?`;
    const message = `It sent ${method} to ${path.slice(0, MAX_QUOTED_CHARACTERS)}, where nothing is taken.${hint || " Readings go to /data."}`;
    this.#tell(ip, { code: "wrong-path", subject: `${method} ${path}`, message });
    return hint;
  }

  /** A request to a path that takes other methods. A page that only looks is no client that failed. */
  wrongMethod({ ip, method, url }: Requested, path: string, allowed: string): void {
    const isRead = method === "GET" || method === "HEAD";
    if (isRead && !hasReadings(url)) return;
    const message = isRead
      ? `${quotedGet(path)} ${POST_READINGS}`
      : `It sent ${method} to ${path.slice(0, MAX_QUOTED_CHARACTERS)}: use ${allowed}.`;
    this.#tell(ip, { code: "wrong-method", subject: `${method} ${path}`, message });
  }

  unknownMediaType(ip: string, path: string, mediaType: string, message: string): void {
    const said = `It sent “${mediaType.slice(0, MAX_QUOTED_CHARACTERS)}” to ${path}. ${message}`;
    this.#tell(ip, { code: "unsupported-media-type", subject: `${path} ${mediaType}`, message: said });
  }

  /** A request was refused before its body was read. */
  unmet({ ip, method, url }: Requester & Pick<FastifyRequest, "method" | "url">, found: Problem): void {
    const message = textOf(found);
    const asked = `${method} ${url.replace(/\?.*$/, "").slice(0, MAX_QUOTED_CHARACTERS)}`;
    this.#tell(ip, { code: errorOf(found), subject: `${asked} ${message}`, message: `On ${asked}: ${message}` });
  }

  /** What arrived was no HTTP request. `error` is what Node's parser says of it, `found` what its sender is told. */
  notHttp(address: string | undefined, error: unknown, found: Problem): void {
    const bytes = isNativeError(error) && "rawPacket" in error ? error.rawPacket : undefined;
    const beginning = Buffer.isBuffer(bytes) ? bytes.toString("latin1", 0, BEGINNING_BYTES) : "";
    if (beginning.startsWith(MQTT_CONNECT) && MQTT_NAMES.some((name) => beginning.includes(name))) {
      const message = `It spoke MQTT to the HTTP port. MQTT is on port ${this.#options.mqttPort()}.`;
      this.#tell(address, { code: "wrong-protocol", subject: "MQTT", message });
    } else if (beginning.startsWith(TLS_HELLO)) {
      const message = "It spoke TLS to the HTTP port, which has none. Let it ask for http:// in place of https://.";
      this.#tell(address, { code: "wrong-protocol", subject: "TLS", message });
    } else {
      const message = textOf(found);
      this.#tell(address, { code: errorOf(found), subject: message, message });
    }
  }

  #tell(
    address: string | undefined,
    { message, ...failure }: { readonly code: string; readonly subject?: string; readonly message: string },
  ): void {
    this.#options.failures.tell({ ...failure, words: message, address: plainAddress(address) });
  }
}
