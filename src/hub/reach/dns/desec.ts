// deSEC: records by its REST API (https://desec.readthedocs.io/en/latest/dns/rrsets.html). A token may not see all domains of
// its account, so the domain is looked up by name.
import { Type } from "typebox";
import { Value } from "typebox/value";
import { message } from "../../../shared/messages/message.ts";
import { ReachError } from "../reach-error.ts";
import type { DnsProvider } from "./dns-provider.ts";
import { JsonApi } from "./json-api.ts";
import type { ProviderOptions } from "./provider-options.ts";

const DESEC_URL = "https://desec.io/api/v1";
const SERVICE = "deSEC";
/** As in its own dynamic DNS; a domain may require more. */
const ADDRESS_TTL_SECONDS = 60;

const Domains = Type.Array(Type.Object({ name: Type.String(), minimum_ttl: Type.Integer() }));

interface RecordSet {
  readonly type: "A" | "AAAA" | "TXT";
  readonly records: readonly string[];
}

export class DeSec implements DnsProvider {
  readonly findsIPv4 = false;
  readonly #api: JsonApi;

  constructor(token: string, options: ProviderOptions) {
    const authorization = `Token ${token}`;
    this.#api = new JsonApi({ service: SERVICE, url: DESEC_URL, authorization, secret: token, ...options });
  }

  setTxt(name: string, value: string): Promise<void> {
    return this.#set(name, [{ type: "TXT", records: [`"${value}"`] }]);
  }

  /** A set without records is removed. */
  removeTxt(name: string): Promise<void> {
    return this.#set(name, [{ type: "TXT", records: [] }]);
  }

  setAddress(name: string, ipv4: string | null, ipv6: string | null): Promise<void> {
    return this.#set(name, [
      ...(ipv4 === null ? [] : [{ type: "A" as const, records: [ipv4] }]),
      ...(ipv6 === null ? [] : [{ type: "AAAA" as const, records: [ipv6] }]),
    ]);
  }

  async #set(name: string, sets: readonly RecordSet[]): Promise<void> {
    const found = await this.#api.call("GET", `/domains/?owns_qname=${encodeURIComponent(name)}`);
    if (!Value.Check(Domains, found)) throw this.#api.garbage(JSON.stringify(found));
    const [domain] = found;
    if (domain === undefined) {
      throw new ReachError(message("reach/provider-no-name", { service: SERVICE, name }), { isFinal: true });
    }
    const subname = name === domain.name ? "" : name.slice(0, -domain.name.length - 1);
    const ttl = Math.max(domain.minimum_ttl, ADDRESS_TTL_SECONDS);
    const body = sets.map(({ type, records }) => ({ subname, type, ttl, records }));
    await this.#api.call("PATCH", `/domains/${encodeURIComponent(domain.name)}/rrsets/`, body);
  }
}
