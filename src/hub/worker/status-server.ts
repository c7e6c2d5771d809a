// A worker's status over HTTP: /health for its supervisor, /metrics for Prometheus. There are no other routes.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { errorText } from "../../shared/error-text.ts";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import type { Clock } from "../clock.ts";
import { cached } from "../observe/cached.ts";
import { stateText, type Worker } from "./worker.ts";

const MAX_AGE_MS = 1_000;

export class StatusServer {
  readonly #server: Server;

  constructor(worker: Worker, version: string, clock: Clock) {
    const metrics = cached(() => metricsOf(worker), MAX_AGE_MS, clock);
    this.#server = createServer((request, response) => {
      const answer = (status: number, type: string, text: string) =>
        response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" }).end(text);
      if (request.method !== "GET" && request.method !== "HEAD") answer(405, "text/plain", "GET\n");
      else if (request.url === "/health" || request.url === "/healthz") {
        const { place } = worker.state;
        const problem = stateText(worker.state);
        const status = problem === null ? "ok" : "failing";
        const health = { status, version, place, ...(problem !== null && { message: problem }) };
        answer(problem === null ? 200 : 503, "application/json", JSON.stringify(health));
      } else if (request.url === "/metrics")
        metrics().then(
          (text) => answer(200, worker.metrics.contentType, text),
          (error: unknown) => answer(503, "text/plain", `${errorText(error)}\n`),
        );
      else answer(404, "text/plain", "/health, /metrics\n");
    });
  }

  /** Resolves with the port that it listens on. */
  async start(host: string, port: number): Promise<number> {
    this.#server.listen(port, host);
    try {
      await once(this.#server, "listening");
    } catch (cause) {
      const reason = errorText(cause);
      throw new Failure(message("start/port-failed", { protocol: "HTTP", host, port, reason }), { cause });
    }
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

async function metricsOf({ metrics, store, budget, state }: Worker): Promise<string> {
  return metrics.text({
    store: await store.status(),
    diskFreeBytes: null,
    mqttClients: state.problem === null ? 1 : 0,
    budget: budget.figures,
    maxEventLoopDelaySeconds: 0,
    devicesOnline: 0,
    devicesOffline: 0,
  });
}
