// Cloudflare: records by its API, version 4 (https://developers.cloudflare.com/api/resources/dns/). The zone of a name is the
// longest of its parents that the token may see.
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { message } from "../../../shared/messages/message.ts";
import { ReachError } from "../reach-error.ts";
import type { DnsProvider } from "./dns-provider.ts";
import { JsonApi } from "./json-api.ts";
import type { ProviderOptions } from "./provider-options.ts";

const CLOUDFLARE_URL = "https://api.cloudflare.com/client/v4";
const SERVICE = "Cloudflare";
/** Cloudflare's minimum. */
const TTL_SECONDS = 60;

const Found = Type.Object({ success: Type.Literal(true), result: Type.Array(Type.Object({ id: Type.String() })) });
type Found = Static<typeof Found>;
const Written = Type.Object({ success: Type.Literal(true) });

export class Cloudflare implements DnsProvider {
  readonly findsIPv4 = false;
  readonly #api: JsonApi;

  constructor(token: string, options: ProviderOptions) {
    const authorization = `Bearer ${token}`;
    this.#api = new JsonApi({ service: SERVICE, url: CLOUDFLARE_URL, authorization, secret: token, ...options });
  }

  async setTxt(name: string, value: string): Promise<void> {
    const records = await this.#records(name);
    await this.#write("POST", records, { type: "TXT", name, content: `"${value}"`, ttl: TTL_SECONDS });
  }

  async removeTxt(name: string, value: string): Promise<void> {
    const records = await this.#records(name);
    const query = new URLSearchParams({ type: "TXT", name, content: `"${value}"` });
    for (const { id } of (await this.#find(`${records}?${query}`)).result)
      await this.#write("DELETE", `${records}/${id}`);
  }

  async setAddress(name: string, ipv4: string | null, ipv6: string | null): Promise<void> {
    const records = await this.#records(name);
    if (ipv4 !== null) await this.#point(records, "A", name, ipv4);
    if (ipv6 !== null) await this.#point(records, "AAAA", name, ipv6);
  }

  /** Changes the existing record, and keeps its proxy setting. */
  async #point(records: string, type: "A" | "AAAA", name: string, content: string): Promise<void> {
    const [found] = (await this.#find(`${records}?${new URLSearchParams({ type, name })}`)).result;
    if (found !== undefined) await this.#write("PATCH", `${records}/${found.id}`, { content });
    else await this.#write("POST", records, { type, name, content, ttl: TTL_SECONDS, proxied: false });
  }

  /** Path of the records of the zone that holds `name`. */
  async #records(name: string): Promise<string> {
    const labels = name.split(".");
    for (let first = 0; first < labels.length - 1; first++) {
      const zone = labels.slice(first).join(".");
      const [found] = (await this.#find(`/zones?${new URLSearchParams({ name: zone })}`)).result;
      if (found !== undefined) return `/zones/${found.id}/dns_records`;
    }
    throw new ReachError(message("reach/provider-no-name", { service: SERVICE, name }), { isFinal: true });
  }

  async #find(path: string): Promise<Found> {
    const found = await this.#api.call("GET", path);
    if (!Value.Check(Found, found)) throw this.#api.garbage(JSON.stringify(found));
    return found;
  }

  async #write(method: "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<void> {
    const written = await this.#api.call(method, path, body);
    if (!Value.Check(Written, written)) throw this.#api.garbage(JSON.stringify(written));
  }
}
