// Listening on a port that may be taken.
import type { Server } from "node:net";
import { BrambleError } from "../../shared/errors.ts";
import type { Port } from "../config.ts";

const TRIES = 50;

/**
 * Listens and resolves with the port. A default port that is taken gives way to the next free one; one that the user
 * named does not: it rejects in words.
 */
export async function listen(server: Server, host: string, port: Port, what: string): Promise<number> {
  for (let number = port.number; ; number++) {
    try {
      return await tryPort(server, host, number);
    } catch (error) {
      if (!isTaken(error)) throw cannotListen(error, host, number, what);
      if (port.named) throw await portTaken(error, number, what);
      if (number >= port.number + TRIES) throw await portTaken(error, port.number, what);
    }
  }
}

function tryPort(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

async function portTaken(cause: unknown, port: number, what: string): Promise<BrambleError> {
  const { findPortHolder, describeHolder } = await import("../doctor/port-holder.ts");
  const holder = await findPortHolder(port);
  const finder = "command" in holder ? ` See which one with \`${holder.command}\`.` : "";
  const words = `${what} port ${port} is taken by ${describeHolder(holder)}.${finder} End it, or name another port.`;
  return new BrambleError("internal", words, { cause });
}

function cannotListen(cause: unknown, host: string, port: number, what: string): BrambleError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BrambleError("internal", `Cannot listen for ${what} on ${host} port ${port}: ${reason}.`, { cause });
}
