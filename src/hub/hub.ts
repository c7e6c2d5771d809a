// The composition root: makes the core and the ports, starts them from the store outwards, stops them from the ports inwards.
import type { Message } from "../shared/messages/message.ts";
import { type Core, type CoreOptions, createCore, type Part } from "./core.ts";
import { refuseLateClock } from "./devices/late-clock.ts";
import { Endpoints } from "./endpoints.ts";
import { createPorts, type HubPorts, type PortOptions } from "./hub-ports.ts";
import { EventLoopMonitor } from "./observe/event-loop.ts";
import { MemoryGuard } from "./observe/memory-guard.ts";
import type { HttpTransport } from "./transport/http/http-transport.ts";
import type { RouteEntry } from "./transport/http/route.ts";
import { warmUpHttp } from "./transport/http/start/warm-up.ts";

/** `folder` is held by this process. */
export type HubOptions = CoreOptions & PortOptions;

/** A running hub, for its caller. */
export interface RunningHub {
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Of every HTTP path; empty where there is none. */
  readonly basePath: string;
  readonly token: string;
  /** The secret of this run's sign-in link; good once. */
  readonly linkSecret: string;
  /** What the person at the hub should know. */
  readonly notes: readonly Message[];
  /** An address that reaches the hub from this computer. */
  readonly loopback: string;
  /** Where others reach the hub, best first. */
  readonly addresses: readonly string[];
  readonly routes: readonly RouteEntry[];
}

export class Hub {
  readonly #options: HubOptions;
  /** Stops what was started, in the order of starting; they are called backwards. */
  readonly #stops: (() => unknown)[] = [];
  #stopping: Promise<void> | null = null;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** Resolves when every port listens and `hub.json` says so. Rejects with a message; nothing is left running then. */
  async start(): Promise<RunningHub> {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Refuses new work, finishes what was accepted, closes everything. Stopping twice is fine. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(): Promise<RunningHub> {
    const { config, clock, log } = this.#options;
    const core = createCore(this.#options);
    const endpoints = new Endpoints(config.host);
    const eventLoop = new EventLoopMonitor();
    const memory = new MemoryGuard({
      memoryBytes: config.memoryBytes,
      budget: core.budget,
      clock,
      log: log.child({ name: "memory" }),
      releaseMemory: () => core.store.releaseMemory(),
    });
    const ports = createPorts(this.#options, { core, endpoints, eventLoop, memory });

    await this.#startCore(core, ports.http);
    await ports.tls.prepare();
    await this.#run(eventLoop);
    core.budget.start(clock);
    this.#stops.push(() => core.budget.stop());
    await this.#run(core.feed);
    await this.#listen(endpoints, ports);
    await this.#run(core.administration.trial);
    const { notes } = endpoints;
    const linkSecret = core.access.links.make({ kind: "owner" }).secret;
    this.#announce(core, endpoints);
    await this.#run(memory);
    await this.#run(ports.reach);
    await this.#advertise(core, endpoints);

    const { httpPort, mqttPort, loopback, addresses } = endpoints;
    const { basePath } = config;
    const { token } = core.access;
    void warmUpHttp(loopback, httpPort, basePath);
    return { httpPort, mqttPort, basePath, token, linkSecret, notes, loopback, addresses, routes: ports.http.routes };
  }

  /** Opens the ports, those without TLS first. */
  async #listen(endpoints: Endpoints, { mqtt, broker, http, tls }: HubPorts): Promise<void> {
    const { config } = this.#options;
    this.#stops.push(() => mqtt.stop());
    endpoints.listening("mqtt", config.mqttPort, (await mqtt.start()).port);
    if (broker !== null) await this.#run(broker);
    this.#stops.push(() => http.stop());
    endpoints.listening("http", config.httpPort, await http.listen(config.host, config.httpPort));
    this.#stops.push(() => tls.stop());
    await tls.start();
  }

  /** Writes `hub.json`, by which other programs on this computer find the hub, now and when its URLs change. */
  #announce({ access: { token }, identity }: Core, endpoints: Endpoints): void {
    const { config, folder, version, log } = this.#options;
    const announce = () => {
      const urls = { http: endpoints.localUrl("http") + config.basePath, mqtt: endpoints.localUrl("mqtt") };
      folder.announce({ pid: process.pid, version, hubId: identity.id, ...urls, token });
    };
    announce();
    endpoints.changed.on(announce);
    this.#stops.push(() => folder.forget());
    const { httpPort, mqttPort } = endpoints;
    log.info({ httpPort, mqttPort, version }, "hub is running");
  }

  /** Advertises the ports by mDNS. */
  async #advertise({ administration, identity }: Core, endpoints: Endpoints): Promise<void> {
    const { host, basePath } = this.#options.config;
    const { httpPort, mqttPort, secure } = endpoints;
    const advertising = administration.advertising({
      host,
      hubId: identity.id,
      httpPort,
      mqttPort,
      basePath,
      ...secure,
    });
    endpoints.changed.on(() => advertising.changePorts(endpoints.secure));
    endpoints.advertisedBy(advertising);
    await this.#run(advertising);
  }

  /** Starts a part that is to be stopped with the hub. */
  async #run(part: Part): Promise<void> {
    await part.start();
    this.#stops.push(() => part.stop());
  }

  /** Opens the store, on threads of its own, while the HTTP server is prepared; then starts what needs the store. */
  async #startCore(core: Core, http: HttpTransport): Promise<void> {
    const { store, identity, access, directory, administration, workerNews, mover } = core;
    const { disk, mends, registry, removals, retention, timeline, refusals, commands, firstStart } = core;
    this.#stops.push(() => store.stop());
    await Promise.all([store.start(), http.prepare()]);
    await identity.load();
    const before = [access, disk, mends, registry, retention, timeline, refusals, commands];
    for (const part of [...before, firstStart, removals, administration, workerNews, mover]) await this.#run(part);
    const { config, clock } = this.#options;
    if (!config.trustClock) refuseLateClock(directory, clock);
  }

  async #stop(): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        this.#options.log.error({ err: error }, "a part did not stop cleanly");
      }
    }
  }
}
