// Proxies in front of the hub: answers to clients behind them, and findings of the doctor.
import { listed } from "../format.ts";

type Address = { readonly address: string };
type Addresses = { readonly addresses: readonly string[] };
type Container = { readonly isInContainer: boolean };

const LOCK_OUT =
  "The hub takes all clients behind it for one: wrong passwords of one lock all of them out, and limits hold for all together.";
const trust = ({ address }: Address) => `start the hub with --trust-proxy ${address}`;

export const proxies = {
  // A request.
  "bad-request/forwarded-contradiction": () =>
    "X-Forwarded-For and Forwarded name different clients: the proxy sets one of them and passes the other on as a client wrote it. Let it drop that one.",
  "forbidden/network": ({ address }: Address) =>
    `Your address, ${address}, is outside the networks that this hub lets in.`,
  "no-such-route/base-path": ({ path, meant }: { readonly path: string; readonly meant: string }) =>
    `There is nothing at ${path}: this hub is served below a path. Did you mean ${meant}?`,

  // A connection.
  "wrong-protocol/untrusted-proxy": ({ address }: Address) =>
    `It sent a PROXY header and is not known as a proxy. If it is one, ${trust({ address })}.`,
  "wrong-protocol/bad-proxy-header": ({ reason }: { readonly reason: string }) =>
    `It is a trusted proxy, and its PROXY header was refused: ${reason}.`,

  // The doctor.
  "proxy/untrusted/title": ({ addresses }: Addresses) => `A proxy at ${listed(addresses)} is not trusted`,
  "proxy/untrusted/message": () => `It names its clients in X-Forwarded-For, which is ignored. ${LOCK_OUT}`,
  "proxy/untrusted/remedy": ({ networks }: { readonly networks: string }) =>
    `If it is your proxy, start the hub with --trust-proxy ${networks}.`,
  "proxy/gateway/title": ({ address }: Address) => `All devices come from one address, ${address}`,
  "proxy/gateway/message": ({ isInContainer }: Container) =>
    `That is ${isInContainer ? "the network of the container" : "the router"}, which puts its own address in place of theirs. The hub lets in private networks only, and cannot tell the house from the internet there. ${LOCK_OUT}`,
  "proxy/gateway/remedy": ({ address, isInContainer }: Address & Container) =>
    `${isInContainer ? "Run the container with the network of the host (--network host)" : "Have the router pass addresses on"}, or put a proxy in front that sends the PROXY protocol, and ${trust({ address })}.`,
};
