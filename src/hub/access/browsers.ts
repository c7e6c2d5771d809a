// Pages that are not ours may not use a browser to reach the hub: a foreign Host (DNS rebinding) or Origin is refused on
// every route and WebSocket. Devices send no Origin, and reach the hub by address or by a name of its own.
import { isIP } from "node:net";
import { hostname } from "node:os";
import type { Problem } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";

/** The origin of the desktop app's window. */
const WINDOW_ORIGIN = "bramble://app";
const DEVICE_ORIGIN = "file://";

export class BrowserGuard {
  readonly #names: ReadonlySet<string>;
  /** Names that the hub got later. */
  readonly #laterNames = new Map<"mdns" | "public", string>();

  /** `more` are names beside the hub's own, without a port. */
  constructor(more: readonly string[]) {
    const own = hostname().toLowerCase();
    this.#names = new Set(["localhost", "bramble.local", own, `${own}.local`, ...more]);
  }

  /** The hub's name in mDNS, or its public name, in lower case; empty where it has none. The one before it is foreign from then on. */
  setName(kind: "mdns" | "public", name: string): void {
    if (name === "") this.#laterNames.delete(kind);
    else this.#laterNames.set(kind, name);
  }

  /**
   * Null when the request may go on. An HTTP/1.0 client may send no Host at all. `isDevice` is true for a path that devices
   * alone use, which takes no cookie: the WebSocket library of the ESP8266 sends `Origin: file://`, which no browser does.
   * `forwardedHost` is the host that the browser requested from a trusted proxy. It must be allowed as well as the Host, since a
   * proxy that does not know X-Forwarded-Host passes it on as any page can write it.
   */
  check(rawHeaders: readonly string[], isDevice = false, forwardedHost: string | null = null): Problem | null {
    const hosts = headerValues(rawHeaders, "host");
    if (hosts.length > 1) return message("foreign-host/several");
    const foreign = [...hosts, forwardedHost ?? []].flat().find((one) => !this.#isOwn(one));
    if (foreign !== undefined) return message("foreign-host", { host: foreign.slice(0, 80) });
    const host = forwardedHost ?? hosts[0];
    const origins = headerValues(rawHeaders, "origin");
    const sound = origins.every(
      (origin) =>
        origin === WINDOW_ORIGIN ||
        (isDevice && origin === DEVICE_ORIGIN) ||
        (host !== undefined && sameHost(origin, host)),
    );
    return sound && origins.length <= 1 ? null : message("foreign-origin");
  }

  #isOwn(host: string): boolean {
    const name = hostName(host);
    return (
      name !== null && (isIP(name) !== 0 || this.#names.has(name) || [...this.#laterNames.values()].includes(name))
    );
  }
}

function sameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && /^https?:$/.test(new URL(origin).protocol) && new URL(origin).host === normal(host);
}

/** A Host header as URL writes it: lower case, without the scheme's own port. */
function normal(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).host : host;
}

/** The name in a Host header, without port, brackets or last dot; null when it is no host. */
function hostName(host: string): string | null {
  if (!URL.canParse(`http://${host}`) || /[/?#@\\]/.test(host)) return null;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

function headerValues(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}
