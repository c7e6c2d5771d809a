// Reports why an HTTP client failed, for the list that the doctor shows. Requests that succeed are not reported.
import { isNativeError } from "node:util/types";
import type { FastifyRequest } from "fastify";
import type { Problem } from "../../../shared/errors.ts";
import { type AnyMessage, message } from "../../../shared/messages/message.ts";
import { render } from "../../../shared/messages/render.ts";
import type { NotAdmitted } from "../../access/limits/admission.ts";
import { plainAddress } from "../../access/networks.ts";
import type { ConnectionFailure, ConnectionFailures } from "../../diagnostics/connection-failures.ts";
import { meantPath } from "../../diagnostics/did-you-mean.ts";
import type { LogThrottle } from "../../observe/log/log-throttle.ts";
import { pathOf } from "./path.ts";

export interface HttpDiagnosticsOptions {
  readonly failures: ConnectionFailures;
  readonly mqttPort: () => number;
  /** 0 while TLS is off. */
  readonly httpsPort?: () => number;
  readonly floodLog: LogThrottle;
}

/** Of a path or media type that a message quotes. */
const MAX_QUOTED_CHARACTERS = 200;
/** A CONNECT begins with the name of its protocol: that of MQTT 3.1.1 and 5, and that of 3.1. */
const MQTT_CONNECT = "\x10";
const MQTT_NAMES = ["\0\x04MQTT", "\0\x06MQIsdp"];
const TLS_HELLO = "\x16\x03";
const PROXY_V1 = "PROXY ";
/** Without the empty lines that its signature begins with, which the parser has skipped. */
const PROXY_V2 = "\0\r\nQUIT\n";
const BEGINNING_BYTES = 16;

type Requester = Pick<FastifyRequest, "ip" | "headers">;
type Requested = Pick<FastifyRequest, "ip" | "method" | "url">;

/** Whether a query has a number in it, as that of a weather station that can only GET. */
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

  /** A trusted proxy whose PROXY header was refused. */
  badProxyHeader(address: string, reason: string): void {
    this.#report(address, { subject: "PROXY", message: message("wrong-protocol/bad-proxy-header", { reason }) });
  }

  notAdmitted(address: string, outcome: NotAdmitted): void {
    this.#options.failures.notAdmitted(address, outcome, "HTTP");
  }

  /** A connection that was cut since it held too many bytes. */
  cut(address: string, reason: string): void {
    this.#options.floodLog.warn("http-cut", { address, reason }, "connection cut");
    this.#report(address, { subject: reason, message: message("cut", { reason }) });
  }

  /** A browser whose session has expired only has to sign in again: that is no failure. */
  notSignedIn({ ip, headers }: Requester): void {
    if (headers.authorization === undefined && headers["x-api-key"] === undefined) return;
    this.#report(ip, { message: message("wrong-token") });
  }

  foreign(address: string | undefined, found: Problem): void {
    this.#report(address, { subject: render(found), message: found });
  }

  /** A request to a path that is not below the base path. A browser that opens a page there is no client that failed. */
  outsideBasePath({ ip, method, url }: Requested, found: Problem): void {
    if (method === "GET" || method === "HEAD") return;
    this.#report(ip, { subject: `${method} ${quoted(url)}`, message: found });
  }

  /** A request to a path without a route. Returns a hint at the path that was meant; empty where none is close. */
  noSuchPath({ ip, method, url }: Requested, path: string): AnyMessage | "" {
    if (method === "GET" && hasReadings(url)) {
      this.#report(ip, { subject: path, message: message("wrong-method/readings-in-query", { path: quoted(path) }) });
      return message("hint/post-readings");
    }
    if (method !== "POST" && method !== "PUT") return "";
    const meant = meantPath(path);
    const request = { method, path: quoted(path) };
    const wrongPath =
      meant === null ? message("wrong-path", request) : message("wrong-path/meant", { ...request, meant });
    this.#report(ip, { subject: `${method} ${path}`, message: wrongPath });
    return meant === null ? "" : message("hint/meant", { meant });
  }

  /** A request to a path that takes other methods. A browser that opens a page there is no client that failed. */
  wrongMethod({ ip, method, url }: Requested, path: string, allowed: string): void {
    const isRead = method === "GET" || method === "HEAD";
    if (isRead && !hasReadings(url)) return;
    const wrongMethod = isRead
      ? message("wrong-method/readings-in-query", { path: quoted(path) })
      : message("wrong-method", { method, path: quoted(path), allowed });
    this.#report(ip, { subject: `${method} ${path}`, message: wrongMethod });
  }

  /** `remedy` is part of the answer. */
  unknownMediaType(ip: string, path: string, mediaType: string, remedy: string): void {
    const sent = message("unsupported-media-type/sent", { mediaType: quoted(mediaType), path, remedy });
    this.#report(ip, { subject: `${path} ${mediaType}`, message: sent });
  }

  /** A request was refused before its body was read. */
  unmet({ ip, method, url }: Requester & Pick<FastifyRequest, "method" | "url">, found: Problem): void {
    const source = `${method} ${quoted(pathOf(url))}`;
    this.#report(ip, { subject: `${source} ${render(found)}`, source, message: found });
  }

  /** The bytes were no HTTP request. `error` is that of Node's parser, `found` is answered to the sender. */
  notHttp(address: string | undefined, error: unknown, found: Problem): void {
    const bytes = isNativeError(error) && "rawPacket" in error ? error.rawPacket : undefined;
    const beginning = Buffer.isBuffer(bytes) ? bytes.toString("latin1", 0, BEGINNING_BYTES) : "";
    if (beginning.startsWith(MQTT_CONNECT) && MQTT_NAMES.some((name) => beginning.includes(name))) {
      const mqttPort = this.#options.mqttPort();
      this.#report(address, { subject: "MQTT", message: message("wrong-protocol/mqtt-to-http", { mqttPort }) });
    } else if (beginning.startsWith(PROXY_V1) || beginning.includes(PROXY_V2)) {
      this.#report(address, {
        subject: "PROXY",
        message: message("wrong-protocol/untrusted-proxy", { address: plainAddress(address) }),
      });
    } else if (beginning.startsWith(TLS_HELLO)) {
      const port = this.#options.httpsPort?.() ?? 0;
      const elsewhere = message("wrong-protocol/tls-to-plain", { protocol: "HTTPS", port });
      this.#report(address, { subject: "TLS", message: port > 0 ? elsewhere : message("wrong-protocol/tls-to-http") });
    } else {
      this.#report(address, { subject: render(found), message: found });
    }
  }

  #report(address: string | undefined, failure: Omit<ConnectionFailure, "address" | "clientId">): void {
    this.#options.failures.report({ ...failure, address: plainAddress(address) });
  }
}

function quoted(text: string): string {
  return text.slice(0, MAX_QUOTED_CHARACTERS);
}
