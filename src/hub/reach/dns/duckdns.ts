// DuckDNS: one GET for everything (https://www.duckdns.org/spec.jsp). A name has one TXT record for itself and all below it, and an
// error does not distinguish a wrong name from a wrong token.
import { message } from "../../../shared/messages/message.ts";
import { quote, ReachError } from "../reach-error.ts";
import { type Answer, ask, retryAfterMs } from "../request.ts";
import type { DnsProvider } from "./dns-provider.ts";
import type { ProviderOptions } from "./provider-options.ts";

const DUCKDNS_URL = "https://www.duckdns.org";
const SERVICE = "DuckDNS";
const ZONE = ".duckdns.org";

export class DuckDns implements DnsProvider {
  readonly findsIPv4 = true;
  readonly #token: string;
  readonly #options: ProviderOptions;

  constructor(token: string, options: ProviderOptions) {
    this.#token = token;
    this.#options = options;
  }

  async setTxt(name: string, value: string): Promise<void> {
    await this.#update(name, { txt: value });
  }

  async removeTxt(name: string, value: string): Promise<void> {
    await this.#update(name, { txt: value, clear: "true" });
  }

  /** An empty `ip` is the source address of the request. */
  async setAddress(name: string, ipv4: string | null, ipv6: string | null): Promise<void> {
    // With `ipv6` alone DuckDNS finds no IPv4 and leaves that record as it is.
    if (ipv6 !== null) await this.#update(name, { ipv6 });
    if (ipv4 !== null) await this.#update(name, { ip: ipv4 === "auto" ? "" : ipv4 });
  }

  async #update(name: string, parameters: Readonly<Record<string, string>>): Promise<void> {
    const { baseUrl = DUCKDNS_URL, clock } = this.#options;
    const query = new URLSearchParams({ domains: labelOf(name), token: this.#token, ...parameters });
    const answer = await ask(`${baseUrl}/update?${query}`, { service: SERVICE });
    const [returnCode = ""] = answer.text.trim().split(/\s/);
    if (answer.status === 200 && returnCode === "OK") return;
    throw this.#problem(answer, returnCode, name, clock.now());
  }

  #problem(answer: Answer, returnCode: string, name: string, nowMs: number): ReachError {
    const retryAfter = { retryAfterMs: retryAfterMs(answer, nowMs) };
    if (answer.status === 429) return new ReachError(message("reach/provider-busy", { service: SERVICE }), retryAfter);
    const text = quote(answer.text, [this.#token]);
    if (answer.status >= 500) {
      return new ReachError(message("reach/provider-failed", { service: SERVICE, answer: text }), retryAfter);
    }
    if (returnCode === "KO") return new ReachError(message("reach/duckdns-refused", { name }), { isFinal: true });
    return new ReachError(message("reach/provider-garbage", { service: SERVICE, answer: text }));
  }
}

/** `hub` of `_acme-challenge.hub.duckdns.org`. */
function labelOf(name: string): string {
  const below = name.endsWith(ZONE) ? name.slice(0, -ZONE.length) : name;
  return below.split(".").at(-1) ?? below;
}
