// Trusted proxies: their X-Forwarded-For and Forwarded headers name a client's address. From all other peers these headers are
// ignored, for any client can send them.
// Invariant: a header is read from its right end, where the nearest proxy wrote. Nothing that a client put to the left of
// that, however malformed, changes what is read of it.
import type { IncomingHttpHeaders } from "node:http";
import { type BlockList, isIP, isIPv6 } from "node:net";
import type { Problem } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { canonicalAddress, toBlockList } from "./networks.ts";

/** What is read of a header, from the right; hops further left are ignored. */
const MAX_READ_CHARACTERS = 2_048;
const MAX_HOPS = 32;

/** The client of a request. */
export interface Client {
  /** Plain: without a port, brackets or a zone. */
  readonly address: string;
  /** Whether it speaks TLS, to the proxy; null where no trusted proxy says so. */
  readonly isSecure: boolean | null;
  /** The host that it requested, where that is not the Host of the request: a name, perhaps with a port. */
  readonly host: string | null;
}

export type ResolvedClient =
  | { readonly kind: "client"; readonly client: Client }
  /** Two headers name different clients, so one of them was written by the client itself. */
  | { readonly kind: "contradiction"; readonly problem: Problem };

/** An entry that one proxy wrote of the one before it. */
interface Hop {
  readonly node: string;
  readonly proto?: string;
  readonly host?: string;
}

/** Where the walk along the proxies ended. */
interface Walked {
  readonly address: string;
  /** The hop that names the address, counted from the right; null where the peer itself is it. */
  readonly index: number | null;
}

export class TrustedProxies {
  readonly #list: BlockList;
  readonly isEmpty: boolean;

  /** `networks` are in CIDR form. */
  constructor(networks: readonly string[]) {
    this.#list = toBlockList(networks);
    this.isEmpty = networks.length === 0;
  }

  includes(address: string): boolean {
    return !this.isEmpty && isIP(address) !== 0 && this.#list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  }

  /** The client of a request that came from `peer`, which is a plain address. */
  resolve(peer: string, headers: IncomingHttpHeaders): ResolvedClient {
    if (!this.includes(peer)) return { kind: "client", client: { address: peer, isSecure: null, host: null } };
    const forwardedFor = listOf(headers["x-forwarded-for"]).map((node): Hop => ({ node }));
    const forwarded = forwardedOf(headers.forwarded);
    const byList = this.#walk(peer, forwardedFor);
    const byRfc = this.#walk(peer, forwarded);
    if (forwardedFor.length > 0 && forwarded.length > 0 && byList.address !== byRfc.address)
      return { kind: "contradiction", problem: message("bad-request/forwarded-contradiction") };
    const { address, index } = forwardedFor.length > 0 ? byList : byRfc;
    const hop = forwardedFor.length > 0 ? undefined : forwarded[index ?? 0];
    const headerOfClient = (name: "x-forwarded-proto" | "x-forwarded-host") => {
      const values = listOf(headers[name]);
      // Where each proxy added one, that of the client stands where its address does.
      return values[values.length === forwardedFor.length ? (index ?? 0) : 0];
    };
    const proto = headerOfClient("x-forwarded-proto") ?? hop?.proto;
    return {
      kind: "client",
      client: {
        address,
        isSecure: proto === undefined ? null : /^(?:https|wss)$/i.test(proto),
        host: headerOfClient("x-forwarded-host") ?? hop?.host ?? null,
      },
    };
  }

  /** From the nearest hop on to the first that is no trusted proxy. A hop that names no address ends it. */
  #walk(peer: string, hops: readonly Hop[]): Walked {
    let walked: Walked = { address: peer, index: null };
    for (const [index, { node }] of hops.slice(0, MAX_HOPS).entries()) {
      const address = addressOf(node);
      if (address === null) break;
      walked = { address, index };
      if (!this.includes(address)) break;
    }
    return walked;
  }
}

/** The elements of a list, the last one first. Node has joined several headers of one name. */
function listOf(header: string | string[] | undefined): string[] {
  return splitFromRight([header ?? ""].flat().join(","))
    .map((element) => element.trim())
    .filter((element) => element !== "");
}

/** The elements of a Forwarded header (RFC 7239, section 4), last first. One without `for` has an empty node. */
function forwardedOf(header: string | undefined): Hop[] {
  return listOf(header).map((element) => {
    const pairs = element.split(";").map((pair): [string, string] => {
      const [, name = "", value = ""] = /^\s*([\w-]+)=(.*?)\s*$/.exec(pair) ?? [];
      return [name.toLowerCase(), value.replace(/^"(.*)"$/, "$1")];
    });
    const { for: node = "", proto, host } = Object.fromEntries(pairs);
    return { node, ...(proto && { proto }), ...(host && { host }) };
  });
}

/** At the commas that are outside quotes, from the right, so that a quote that is never closed affects only what is left of it. */
function splitFromRight(header: string): string[] {
  const text = header.slice(-MAX_READ_CHARACTERS);
  const elements: string[] = [];
  let end = text.length;
  let isQuoted = false;
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === '"') isQuoted = !isQuoted;
    if (text[at] !== "," || isQuoted) continue;
    elements.push(text.slice(at + 1, end));
    end = at;
  }
  // The first one of a header that is too long may have lost its beginning.
  if (text.length === header.length) elements.push(text.slice(0, end));
  return elements;
}

/** `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`; null where it is none of them. */
function addressOf(node: string): string | null {
  const bare = /^\[([^\]]+)\](?::\w+)?$/.exec(node)?.[1] ?? /^([\d.]+)(?::\w+)?$/.exec(node)?.[1] ?? node;
  return canonicalAddress(bare);
}
