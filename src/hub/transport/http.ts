// The HTTP port: ingest, API, live feed and the UI's files. Order of every request: network, Host and Origin, session.
import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import fastifySwagger from "@fastify/swagger";
import { type FastifyBaseLogger, type FastifyInstance, fastify } from "fastify";
import { type Problem, problem } from "../../shared/errors.ts";
import type { Admission, NotAdmitted } from "../access/admission.ts";
import type { BrowserGuard } from "../access/browsers.ts";
import { plainAddress } from "../access/networks.ts";
import type { Port } from "../config.ts";
import type { Retention } from "../devices/retention.ts";
import type { Ingest } from "../ingest/accept.ts";
import type { Log } from "../observe/log.ts";
import { type AgentRouteOptions, addAgentRoutes } from "./agent-routes.ts";
import { type ApiOptions, addApiRoutes } from "./api-routes.ts";
import { addCommandRoutes, type CommandRouteOptions } from "./command-routes.ts";
import { addDeviceRoutes } from "./device-routes.ts";
import { addDoctorRoutes, type DoctorRouteOptions } from "./doctor-routes.ts";
import { answerErrors, sendProblem } from "./http-errors.ts";
import type { HttpPacing } from "./http-pacing.ts";
import type { HttpTroubles } from "./http-troubles.ts";
import { addIngestRoutes } from "./ingest-routes.ts";
import { listen } from "./ports.ts";
import { addRetentionRoutes } from "./retention-routes.ts";
import { addSessionRoutes, type SessionRouteOptions } from "./session-routes.ts";
import { addUiFiles } from "./ui-files.ts";
import type { WebSocketDoor } from "./websocket.ts";

const BODY_BYTES = 256 * 1024;
/** To receive a request whole; an answer may take as long as its reader does. */
const REQUEST_TIMEOUT_MS = 60_000;
/** Once it is told to stop: who is answered by then has the answer, and what takes longer is cut off. */
const ANSWER_WITHIN_MS = 500;

function notAdmittedProblem(outcome: NotAdmitted): Problem {
  const words =
    outcome === "short of memory"
      ? "This hub is short of memory and takes no new connections. Try again in a moment."
      : "This hub has as many connections as it takes, from your address or in all. Close some; where many devices come from one address, start it with --no-rate-limit.";
  return problem(outcome === "short of memory" ? "out-of-memory" : "too-many-connections", words);
}

export interface HttpOptions
  extends ApiOptions,
    CommandRouteOptions,
    Omit<AgentRouteOptions, "httpPort">,
    DoctorRouteOptions,
    Pick<SessionRouteOptions, "sessions"> {
  readonly ingest: Ingest;
  readonly retention: Retention;
  readonly guard: BrowserGuard;
  readonly troubles: HttpTroubles;
  readonly admission: Admission;
  readonly pacing: HttpPacing;
  readonly webSockets: WebSocketDoor;
  readonly uiFolder: string;
  readonly log: Log;
}

export class HttpTransport {
  readonly #app: FastifyInstance;
  readonly #options: HttpOptions;
  /** Connections that are open only to be told that they may not stay. */
  readonly #notAdmitted = new WeakMap<Duplex, NotAdmitted>();
  #port = 0;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#app = fastify({
      bodyLimit: BODY_BYTES,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // The schemas are our own: checking each against the schema of schemas takes a quarter of the start.
      ajv: { customOptions: { coerceTypes: "array", removeAdditional: false, validateSchema: false } },
      clientErrorHandler: (error, socket) => {
        options.troubles.notHttp(socket.remoteAddress, error);
        socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", () => socket.destroy());
      },
      loggerInstance: options.log.child({ name: "http" }, { level: "warn" }) as FastifyBaseLogger,
    });
  }

  get port(): number {
    return this.#port;
  }

  /** Compiles its routes, which takes a while; to be called once, before it listens. */
  async prepare(): Promise<void> {
    const app = this.#app;
    const { guard, retention, pacing, troubles, uiFolder, version } = this.#options;
    answerErrors(app, troubles);
    app.addHook("onRequest", async (request, reply) => {
      const notAdmitted = this.#notAdmitted.get(request.raw.socket);
      if (notAdmitted !== undefined) {
        return sendProblem(reply.header("Connection", "close"), notAdmittedProblem(notAdmitted));
      }
      const foreign = guard.check(request.raw.rawHeaders);
      if (foreign === null) return undefined;
      troubles.foreign(request.ip, foreign);
      return sendProblem(reply, foreign);
    });
    app.addHook("onSend", async (request) => pacing.park(request.raw));
    await app.register(fastifySwagger, {
      openapi: { info: { title: "Bramble", version, description: "The hub's API. Times are milliseconds UTC." } },
    });
    addUiFiles(app, uiFolder);
    addSessionRoutes(app, { sessions: this.#options.sessions, troubles, httpPort: () => this.#port });
    addIngestRoutes(app, this.#options);
    addApiRoutes(app, this.#options);
    addDeviceRoutes(app, this.#options);
    addRetentionRoutes(app, retention);
    addCommandRoutes(app, this.#options);
    addDoctorRoutes(app, this.#options);
    addAgentRoutes(app, { ...this.#options, httpPort: () => this.#port });
    app.get("/api/v1/openapi.json", { config: { open: true }, schema: { hide: true } }, async () => app.swagger());
    await app.ready();
  }

  /** Resolves with the port. Rejects in words when the port is taken. */
  async listen(host: string, port: Port): Promise<number> {
    const { admission, pacing, troubles, webSockets } = this.#options;
    const { server }: { server: Server } = this.#app;
    server.prependListener("connection", (socket: Socket) => {
      const outcome = admission.admit(socket);
      if (outcome === "admitted") return;
      troubles.notAdmitted(plainAddress(socket.remoteAddress), outcome);
      if (admission.mayLinger(socket, outcome)) this.#notAdmitted.set(socket, outcome);
      else socket.destroy();
    });
    pacing.start(server);
    webSockets.start(server, (socket) => this.#notAdmitted.has(socket));
    this.#port = await listen(server, host, port, "HTTP");
    return this.#port;
  }

  async stop(): Promise<void> {
    this.#options.webSockets.stop();
    this.#options.pacing.stop();
    const { server }: { server: Server } = this.#app;
    const closed = this.#app.close();
    const timer = setTimeout(() => server.closeAllConnections(), ANSWER_WITHIN_MS);
    await closed;
    clearTimeout(timer);
  }
}
