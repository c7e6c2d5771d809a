// The HTTP port: ingest, API, live feed and the UI's files. Order of every request: network, Host and Origin, permission.
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import type { Problem } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import { limits } from "../../../shared/reading.ts";
import type { Access } from "../../access/access.ts";
import type { Admission, NotAdmitted } from "../../access/limits/admission.ts";
import type { Port } from "../../config.ts";
import type { Retention } from "../../devices/retention.ts";
import type { FirstStart } from "../../first-start/first-start.ts";
import type { Ingest } from "../../ingest/accept.ts";
import type { Log } from "../../observe/log/log.ts";
import type { Inbox } from "../../protocols/inbox.ts";
import { ProxiedConnections } from "../proxied-connections.ts";
import type { RequestClient, RequestClients } from "../request-clients.ts";
import { type ConnectionHandler, SocketListener } from "../socket-listener.ts";
import type { Tls } from "../tls/tls.ts";
import { checkAccess } from "./access-check.ts";
import { BasePath } from "./base-path.ts";
import { answerClientError, clientProblem } from "./client-errors.ts";
import { packAnswers } from "./compress.ts";
import type { HttpDiagnostics } from "./diagnostics.ts";
import { answerErrors, badPath, sendProblem } from "./errors.ts";
import { ANSWER_HEADERS } from "./headers.ts";
import { OpenApiDocument } from "./openapi/document.ts";
import type { HttpPacing } from "./pacing.ts";
import { checkPreconditions } from "./preconditions.ts";
import { type RouteEntry, RouteTable, route } from "./route.ts";
import { addBackupRoutes } from "./routes/admin/backups.ts";
import { addHubSettingsRoutes, type HubSettingsRouteOptions } from "./routes/admin/hub-settings.ts";
import { addKeyRoutes } from "./routes/admin/keys.ts";
import { addMoveRoutes, type MoveRouteOptions } from "./routes/admin/move.ts";
import { addMqttClientRoutes, type MqttClientRouteOptions } from "./routes/admin/mqtt-clients.ts";
import { addPeopleRoutes } from "./routes/admin/people.ts";
import { addReachRoutes, type ReachRouteOptions } from "./routes/admin/reach.ts";
import { addRemovalRoutes, type RemovalRouteOptions } from "./routes/admin/removals.ts";
import { addSessionRoutes } from "./routes/admin/session.ts";
import { addTlsRoutes } from "./routes/admin/tls.ts";
import { type AgentRouteOptions, addAgentRoutes } from "./routes/agent.ts";
import { addCommandRoutes, type CommandRouteOptions } from "./routes/commands.ts";
import { addDeviceRoutes } from "./routes/devices.ts";
import { addDoctorRoutes, type DoctorRouteOptions } from "./routes/doctor.ts";
import { addExportRoutes } from "./routes/exports.ts";
import { addFirstStartRoutes } from "./routes/first-start.ts";
import { addFramesRoute, type FramesRouteOptions } from "./routes/frames.ts";
import { addImportRoutes, type ImportRouteOptions } from "./routes/imports.ts";
import { addIngestRoutes } from "./routes/ingest.ts";
import { addMendRoutes, type MendRouteOptions } from "./routes/mends.ts";
import { addMessageRoutes, type MessageRouteOptions } from "./routes/messages.ts";
import { addMetricsRoutes, type MetricsRouteOptions } from "./routes/metrics.ts";
import { addPrometheusRoutes, type PrometheusRouteOptions } from "./routes/prometheus/prometheus.ts";
import { type ApiOptions, addApiRoutes } from "./routes/readings.ts";
import { addRetentionRoutes } from "./routes/retention.ts";
import { addAnnotationRoutes } from "./routes/timeline/annotations.ts";
import { addGapRoutes, type GapRouteOptions } from "./routes/timeline/gaps.ts";
import { addViewRoutes, type ViewRouteOptions } from "./routes/views.ts";
import { compileLater } from "./start/compile-later.ts";
import { addUiFiles } from "./ui-files.ts";

/** An answer may take as long as its reader does. */
const TIMEOUTS: HttpTimeouts = { headersMs: 30_000, requestMs: 60_000, checkEveryMs: 2_000 };
/** The router's own limit would answer 404 for an id that is a little long; the limit of the headers holds for a path, too. */
const MAX_PARAMETER_CHARACTERS = 16 * 1024;
/** Once the hub stops: requests that take longer are cut off. */
const STOP_TIMEOUT_MS = 500;

/** Charged to the budget for an answer that is streamed: the cost of opening the file. */
const STREAM_BYTES = 16 * 1024;

declare module "fastify" {
  interface FastifyRequest {
    /** Who sends it; `ip` is its address. */
    readonly client: RequestClient;
  }
}

/** How long a request may take to arrive. */
export interface HttpTimeouts {
  /** From the connection, or the first byte of a further request, to the end of the headers. */
  readonly headersMs: number;
  /** To the end of the body. */
  readonly requestMs: number;
  readonly checkEveryMs: number;
}

/** The WebSockets of the same port, which answer upgrades. */
interface Upgrades {
  /** `isRejected` is true for a connection that is not admitted, and open only to be answered so. */
  start(server: Server, isRejected: (socket: Duplex) => boolean): void;
  stop(): void;
}

export interface HttpOptions
  extends ApiOptions,
    MetricsRouteOptions,
    PrometheusRouteOptions,
    CommandRouteOptions,
    Omit<AgentRouteOptions, "hubInfo" | "tls">,
    Pick<HubSettingsRouteOptions, "administration">,
    DoctorRouteOptions,
    Pick<FramesRouteOptions, "directory">,
    MendRouteOptions,
    Pick<ImportRouteOptions, "imports">,
    Pick<MessageRouteOptions, "publisher">,
    MoveRouteOptions,
    MqttClientRouteOptions,
    ReachRouteOptions,
    RemovalRouteOptions,
    ViewRouteOptions,
    GapRouteOptions {
  readonly version: string;
  /** The base path; empty where there is none. */
  readonly basePath: string;
  readonly access: Access;
  readonly firstStart?: FirstStart;
  readonly inbox: Inbox;
  readonly ingest: Ingest;
  readonly retention: Retention;
  readonly diagnostics: HttpDiagnostics;
  readonly admission: Admission;
  readonly clients: RequestClients;
  readonly pacing: HttpPacing;
  readonly webSockets: Upgrades;
  readonly tls?: Tls;
  readonly uiFolder: string;
  readonly timeouts?: HttpTimeouts;
  /** Whether the desktop app shows it. */
  readonly hasWindow?: boolean;
  readonly log: Log;
}

export class HttpTransport {
  readonly #app: FastifyInstance;
  readonly #options: HttpOptions;
  /** Connections that are not admitted, and open only until they are answered so. */
  readonly #notAdmitted = new WeakMap<Duplex, NotAdmitted>();
  readonly #basePath: BasePath;
  readonly #proxied: ProxiedConnections;
  readonly #sockets = new Set<Socket>();
  readonly #routes = new RouteTable();
  /** Takes the connections of every port that speaks HTTP. */
  readonly handler: ConnectionHandler;
  /** The port without TLS. */
  readonly listener: SocketListener;
  #port = 0;
  #isStopping = false;

  constructor(options: HttpOptions) {
    const { basePath, diagnostics, timeouts = TIMEOUTS } = options;
    this.#options = options;
    this.#proxied = new ProxiedConnections({
      proxies: options.access.proxies,
      admission: options.admission,
      onBadHeader: (address, reason) => diagnostics.badProxyHeader(address, reason),
    });
    this.#basePath = new BasePath(basePath, diagnostics);
    this.handler = {
      admission: options.admission,
      notAdmitted: (address, outcome) => diagnostics.notAdmitted(address, outcome),
      preamble: (socket) => this.#proxied.preamble(socket),
      take: (socket, outcome) => this.#take(socket, outcome),
    };
    this.listener = new SocketListener({ name: "HTTP", handler: this.handler, hasWindow: options.hasWindow ?? false });
    this.#app = fastify({
      bodyLimit: limits.messageBytes,
      requestTimeout: timeouts.requestMs,
      http: {
        headersTimeout: timeouts.headersMs,
        requestTimeout: timeouts.requestMs,
        connectionsCheckingInterval: timeouts.checkEveryMs,
        // The hub answers a missing Host, and requests that come while it stops, in its own error shape.
        requireHostHeader: false,
        shouldUpgradeCallback: wantsWebSocket,
      },
      return503OnClosing: false,
      ...(basePath !== "" && { rewriteUrl: (request: IncomingMessage) => this.#basePath.innerUrl(request) }),
      routerOptions: { maxParamLength: MAX_PARAMETER_CHARACTERS },
      clientErrorHandler: (error, socket) => {
        // Every further chunk of a request that was answered with an error raises it again.
        if (!socket.writable) return;
        const found = clientProblem(error);
        if (found === null) {
          socket.destroy();
          return;
        }
        // A browser opens connections in advance, and may never use them.
        if (socket.bytesRead > 0) diagnostics.notHttp(socket.remoteAddress, error, found);
        answerClientError(socket, found);
      },
      frameworkErrors: (_error, request, reply) => {
        // The hooks have not run for this request.
        reply.headers(ANSWER_HEADERS);
        if (this.#notAdmitted.has(request.raw.socket)) reply.header("Connection", "close");
        sendProblem(reply, this.#rejectionOf(request, reply) ?? badPath(request));
      },
      loggerInstance: options.log.child({ name: "http" }, { level: "warn" }) as FastifyBaseLogger,
    });
  }

  get port(): number {
    return this.#port;
  }

  /** Every route with its permission, once it is prepared. */
  get routes(): readonly RouteEntry[] {
    return this.#routes.list();
  }

  /** Adds its routes, which takes a while; to be called once, before it listens. */
  async prepare(): Promise<void> {
    const app = this.#app;
    const { retention, administration, firstStart } = this.#options;
    const { pacing, diagnostics, clients, basePath, tls, uiFolder, version } = this.#options;
    compileLater(app);
    answerErrors(app, diagnostics);
    app.decorateRequest("client", {
      getter(this: FastifyRequest) {
        return clients.of(this.raw);
      },
    });
    app.addHook("onRequest", (request, reply, done) => {
      const { address } = request.client;
      if (request.ip !== address) Object.defineProperty(request, "ip", { value: address });
      reply.headers(ANSWER_HEADERS);
      const found = this.#rejectionOf(request, reply);
      if (found !== null) return sendProblem(reply, found);
      return this.#basePath.answerElsewhere(request, reply) ?? done();
    });
    app.addHook("onSend", ({ raw }, _reply, payload) => pacing.answer(raw, answerBytes(payload)));
    packAnswers(app);
    checkPreconditions(app, diagnostics);
    checkAccess(app, this.#options);
    this.#routes.watch(app);
    const openApi = new OpenApiDocument(version, basePath);
    openApi.watch(app);
    addUiFiles(app, uiFolder);
    addSessionRoutes(app, { access: this.#options.access, basePath, httpPort: () => this.#port });
    addKeyRoutes(app, this.#options);
    addPeopleRoutes(app, this.#options);
    addIngestRoutes(app, this.#options);
    addApiRoutes(app, this.#options);
    addExportRoutes(app, this.#options);
    addFramesRoute(app, this.#options);
    addImportRoutes(app, this.#options);
    addMetricsRoutes(app, this.#options);
    addPrometheusRoutes(app, this.#options);
    addDeviceRoutes(app, this.#options);
    addRemovalRoutes(app, this.#options);
    addMendRoutes(app, this.#options);
    addRetentionRoutes(app, retention);
    addCommandRoutes(app, this.#options);
    addViewRoutes(app, this.#options);
    addAnnotationRoutes(app, this.#options);
    addGapRoutes(app, this.#options);
    if (firstStart !== undefined) addFirstStartRoutes(app, firstStart);
    addMessageRoutes(app, this.#options);
    addDoctorRoutes(app, this.#options);
    addMqttClientRoutes(app, this.#options);
    addReachRoutes(app, this.#options);
    addBackupRoutes(app, administration.backups);
    addMoveRoutes(app, this.#options);
    addHubSettingsRoutes(app, this.#options);
    if (tls !== undefined) addTlsRoutes(app, tls, administration.trial);
    addAgentRoutes(app, this.#options);
    route(app, {
      method: "GET",
      url: "/api/v1/openapi.json",
      permission: "open",
      audit: null,
      schema: { hide: true },
      handler: async (request, reply) =>
        reply.type("application/json; charset=utf-8").send(openApi.get().bytesFor(request, reply)),
    });
    await app.ready();
    this.#routes.list();
  }

  /** Resolves with the port. Rejects with a message for a person when the port is taken. */
  async listen(host: string, port: Port): Promise<number> {
    const { pacing, webSockets } = this.#options;
    const { server }: { server: Server } = this.#app;
    // A script that closes its side after the request gets its answer all the same.
    Object.assign(server, { httpAllowHalfOpen: true });
    // Without a listener the server would close the connection without an answer.
    server.on("connect", ({ socket }) =>
      answerClientError(socket, message("bad-request/not-http", { reason: "CONNECT is for proxies" })),
    );
    pacing.start(server);
    webSockets.start(server, (socket) => this.#notAdmitted.has(socket));
    // The server gets its connections from the listener; by this event it begins to time their requests.
    server.emit("listening");
    this.#port = await this.listener.listen(host, port);
    return this.#port;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#options.webSockets.stop();
    this.#options.pacing.stop();
    this.#proxied.stop();
    const { server }: { server: Server } = this.#app;
    void this.listener.close();
    // Ends the connections without a request.
    await this.#app.close();
    const timer = setTimeout(() => server.closeAllConnections(), STOP_TIMEOUT_MS);
    await Promise.all([...this.#sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    clearTimeout(timer);
  }

  #take(socket: Socket, outcome: "admitted" | NotAdmitted): void {
    if (outcome !== "admitted") this.#notAdmitted.set(socket, outcome);
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    this.#app.server.emit("connection", socket);
  }

  #rejectionOf({ raw }: FastifyRequest, reply: FastifyReply): Problem | null {
    if (this.#isStopping) return message("hub-stopping");
    const notAdmitted = this.#notAdmitted.get(raw.socket);
    if (notAdmitted !== undefined) return notAdmittedProblem(notAdmitted);
    const { access, clients, diagnostics } = this.#options;
    // A request that the router cannot read has no `client` of its own.
    const client = clients.of(raw);
    const rejection = clients.admit(raw, reply.raw);
    if (rejection !== null) return rejection;
    const foreign = access.browsers.check(raw.rawHeaders, false, client.host);
    if (foreign !== null) diagnostics.foreign(client.address, foreign);
    return foreign;
  }
}

/** The size of an answer; of a streamed file, the cost of opening it. */
function answerBytes(payload: unknown): number {
  if (typeof payload === "string" || payload instanceof Uint8Array) return payload.length;
  return payload === null || payload === undefined ? 0 : STREAM_BYTES;
}

function notAdmittedProblem(outcome: NotAdmitted): Problem {
  return outcome === "short of memory" ? message("out-of-memory") : message("too-many-connections");
}

/** Every other upgrade, such as to HTTP/2, is an offer that HTTP/1.1 may pass over. */
function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return /(?:^|[\s,])websocket(?:$|[\s,])/i.test(headers.upgrade ?? "");
}
