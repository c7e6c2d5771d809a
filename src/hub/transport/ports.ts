// Listening on a port that may be taken.
import { createServer, type Server } from "node:net";
import { BrambleError } from "../../shared/errors.ts";
import type { Port } from "../config.ts";

const TRIES = 50;
const EVERY_ADDRESS = "::";
const EVERY_IPV4_ADDRESS = "0.0.0.0";
const FIRST_UNPRIVILEGED_PORT = 1024;

/**
 * Listens and resolves with the port. A default port that is taken gives way to the next free one; one that the user
 * named does not: it rejects with a message.
 */
export async function listen(server: Server, host: string, port: Port, what: string): Promise<number> {
  for (let number = port.number; ; number++) {
    try {
      return await tryPort(server, host, number);
    } catch (error) {
      if (!hasCode(error, "EADDRINUSE")) throw cannotListen(error, host, number, what);
      if (port.named) throw await portTaken(error, number, what);
      if (number >= port.number + TRIES) throw await portTaken(error, port.number, what);
    }
  }
}

async function tryPort(server: Server, host: string, port: number): Promise<number> {
  // A name has one address on one system and another one elsewhere; `hub.json` tells this one.
  if (host === "localhost") return listenOn(server, "127.0.0.1", port);
  if (host !== EVERY_ADDRESS) return listenOn(server, host, port);
  await checkIPv4Port(port);
  try {
    // Node's sockets on `::` take IPv4 as well, whatever the system's own default is.
    return await listenOn(server, host, port);
  } catch (error) {
    // There is no IPv6 here.
    if (hasCode(error, "EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL", "EPROTONOSUPPORT"))
      return listenOn(server, EVERY_IPV4_ADDRESS, port);
    throw error;
  }
}

/** Rejects when another program has the port on IPv4. Outside Linux a socket on `::` would listen beside it, and be deaf to IPv4. */
async function checkIPv4Port(port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  try {
    await listenOn(probe, EVERY_IPV4_ADDRESS, port);
  } catch (error) {
    if (hasCode(error, "EADDRINUSE")) throw error;
  }
  await new Promise((resolve) => probe.close(resolve));
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.some((code) => code === error.code);
}

async function portTaken(cause: unknown, port: number, what: string): Promise<BrambleError> {
  const { findPortHolder, describeHolder } = await import("../doctor/port-holder.ts");
  const holder = await findPortHolder(port);
  const finder = "command" in holder ? ` See which one with \`${holder.command}\`.` : "";
  const text = `${what} port ${port} is taken by ${describeHolder(holder)}.${finder} End it, or name another port.`;
  return new BrambleError("internal", text, { cause });
}

function cannotListen(cause: unknown, host: string, port: number, what: string): BrambleError {
  const text = `Cannot listen for ${what} on ${host} port ${port}: ${whyNot(cause, host, port)}`;
  return new BrambleError("internal", text, { cause });
}

function whyNot(cause: unknown, host: string, port: number): string {
  if (hasCode(cause, "EADDRNOTAVAIL"))
    return `this computer does not have the address ${host}. Start it without --host, or with an address that it has.`;
  if (hasCode(cause, "EAFNOSUPPORT")) return "this computer has no IPv6. Start it without --host.";
  if (hasCode(cause, "EACCES") && port < FIRST_UNPRIVILEGED_PORT)
    return `ports below ${FIRST_UNPRIVILEGED_PORT} are for root alone here. Name a higher one.`;
  return `${cause instanceof Error ? cause.message : String(cause)}.`;
}
