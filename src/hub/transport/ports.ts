// Listening on a port that may be taken.
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { errorCode, errorText } from "../../shared/error-text.ts";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import type { Port } from "../config.ts";

const MAX_PORTS_TRIED = 50;
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
      if (number >= port.number + MAX_PORTS_TRIED) throw await portTaken(error, port.number, what);
    }
  }
}

async function tryPort(server: Server, host: string, port: number): Promise<number> {
  // "localhost" has another address on some systems; `hub.json` has this one.
  if (host === "localhost") return listenOn(server, "127.0.0.1", port);
  if (host !== EVERY_ADDRESS) return listenOn(server, host, port);
  await checkIPv4Port(port);
  try {
    // Node's sockets on `::` take IPv4 as well, whatever the system's own default is.
    return await listenOn(server, host, port);
  } catch (error) {
    // This computer has no IPv6.
    if (hasCode(error, "EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL", "EPROTONOSUPPORT"))
      return listenOn(server, EVERY_IPV4_ADDRESS, port);
    throw error;
  }
}

/** Rejects when another program has the port on IPv4. Outside Linux a socket on `::` would listen beside it, and get no IPv4. */
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

async function listenOn(server: Server, host: string, port: number): Promise<number> {
  server.listen({ host, port });
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(errorCode(error));
}

async function portTaken(cause: unknown, port: number, protocol: string): Promise<Failure> {
  const { findPortHolder } = await import("../doctor/port-holder.ts");
  const found = await findPortHolder(port);
  const command = "command" in found ? found.command : "";
  const holder = message("port-holder", { holder: found });
  return new Failure(message("start/port-taken", { protocol, port, holder, command }), { cause });
}

function cannotListen(cause: unknown, host: string, port: number, protocol: string): Failure {
  const listening = { protocol, host, port };
  const options = { cause };
  if (hasCode(cause, "EADDRNOTAVAIL")) return new Failure(message("start/no-such-address", listening), options);
  if (hasCode(cause, "EAFNOSUPPORT")) return new Failure(message("start/no-ipv6", listening), options);
  if (hasCode(cause, "EACCES") && port < FIRST_UNPRIVILEGED_PORT) {
    const below = FIRST_UNPRIVILEGED_PORT;
    return new Failure(message("start/port-privileged", { ...listening, below }), options);
  }
  const reason = errorText(cause);
  return new Failure(message("start/port-failed", { ...listening, reason }), options);
}
