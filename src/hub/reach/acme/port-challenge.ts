// HTTP-01 and TLS-ALPN-01 on ports of our own, open only while a challenge runs. They answer from the board and nothing else,
// hold few connections, and none for long.
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { Server } from "node:net";
import { errorCode, errorText } from "../../../shared/error-text.ts";
import { message } from "../../../shared/messages/message.ts";
import { quote, ReachError } from "../reach-error.ts";
import { createAlpnServer } from "./alpn-server.ts";
import type { Challenge, ChallengeBoard, ChallengeResponder } from "./challenges.ts";

const CHALLENGE_PATH = "/.well-known/acme-challenge/";
const MAX_CONNECTIONS = 50;
const CONNECTION_TIMEOUT_MS = 10_000;

export interface PortChallengeOptions {
  readonly type: "http-01" | "tls-alpn-01";
  readonly board: ChallengeBoard;
  readonly host: string;
  /** 80 or 443, where the ACME server validates. */
  readonly port: number;
  /**
   * Of the hub's listener that answers from the board: "here" is the very port, "elsewhere" another one, to which a router may
   * lead the directory; then the port of our own may fail.
   */
  readonly served: () => "here" | "elsewhere" | "nowhere";
}

export class PortChallenge implements ChallengeResponder {
  readonly #options: PortChallengeOptions;

  constructor(options: PortChallengeOptions) {
    this.#options = options;
  }

  get type(): "http-01" | "tls-alpn-01" {
    return this.#options.type;
  }

  async respond(challenge: Challenge): Promise<() => Promise<void>> {
    const { type, board } = this.#options;
    const removeResponse =
      type === "http-01"
        ? board.putHttp(challenge.token, challenge.keyAuthorization)
        : board.putAlpn(challenge.name, await challenge.makeAlpnCertificate());
    try {
      const close = await this.#open();
      return async () => {
        removeResponse();
        await close();
      };
    } catch (error) {
      removeResponse();
      throw error;
    }
  }

  async #open(): Promise<() => Promise<void>> {
    const { type, board, host, port, served } = this.#options;
    const nothingToClose = async () => undefined;
    if (served() === "here") return nothingToClose;
    const server = type === "http-01" ? httpServer(board) : createAlpnServer(board);
    server.maxConnections = MAX_CONNECTIONS;
    // A connection that the system cannot accept is its client's loss alone: the directory tries again.
    server.on("error", () => undefined);
    try {
      server.listen({ host, port });
      await once(server, "listening");
    } catch (error) {
      if (served() === "elsewhere") return nothingToClose;
      throw cannotListen(error, port);
    }
    return async () => {
      const closed = once(server, "close");
      server.close();
      if ("closeAllConnections" in server && typeof server.closeAllConnections === "function")
        server.closeAllConnections();
      await closed;
    };
  }
}

function httpServer(board: ChallengeBoard): Server {
  const server = createHttpServer({ requestTimeout: CONNECTION_TIMEOUT_MS }, ({ url = "" }, response) => {
    const answer = url.startsWith(CHALLENGE_PATH) ? board.httpAnswer(url.slice(CHALLENGE_PATH.length)) : null;
    response.writeHead(answer === null ? 404 : 200, { "Content-Type": "text/plain", Connection: "close" });
    response.end(answer ?? "");
  });
  server.setTimeout(CONNECTION_TIMEOUT_MS);
  return server;
}

function cannotListen(cause: unknown, port: number): ReachError {
  const code = errorCode(cause);
  if (code === "EADDRINUSE") return new ReachError(message("reach/port-taken", { port }), { cause });
  if (code === "EACCES") return new ReachError(message("reach/port-privileged", { port }), { cause });
  const detail = quote(errorText(cause));
  return new ReachError(message("reach/port-failed", { port, detail }), { cause });
}
