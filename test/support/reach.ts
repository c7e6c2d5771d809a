// A Reach with fake external services; and small servers with the protocols of such services.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { pino } from "pino";
import { Reach, type ReachOptions } from "../../src/hub/reach/reach.ts";
import type { CertificateStatus } from "../../src/shared/security/reach.ts";
import type { FakeClock } from "./fake-clock.ts";
import type { TestStore } from "./stores/store.ts";
import { portOf } from "./system/pebble.ts";
import { until } from "./until.ts";

/** It only knows the external services in `options`. */
export function makeReach({ store }: TestStore, clock: FakeClock, options: Partial<ReachOptions> = {}): Reach {
  return new Reach({
    records: store.records,
    commandFolder: "/nowhere",
    host: "127.0.0.1",
    httpPort: () => 0,
    ownAddresses: () => [],
    tls: () => null,
    areKeysCompulsory: () => true,
    allows: () => true,
    onName: () => undefined,
    clock,
    log: pino({ enabled: false }),
    ...options,
  });
}

/** The state of the certificate once no order is running. */
export function settledCertificate(reach: Reach): Promise<CertificateStatus> {
  return until("the order has an end", async () => {
    const { certificate } = await reach.status(false);
    return certificate.state !== "issuing" ? certificate : undefined;
  });
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string;
  readonly body: unknown;
}

export interface Answered {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A service outside: what it answers is the test's, and can be changed. */
export class TestService implements AsyncDisposable {
  readonly asked: Asked[] = [];
  answer: (asked: Asked) => Answered | Promise<Answered>;
  readonly #server = createServer((request, response) => void this.#handle(request, response));

  constructor(answer: TestService["answer"]) {
    this.answer = answer;
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}`;
  }

  async start(host = "127.0.0.1", port = 0): Promise<void> {
    this.#server.listen(port, host);
    await once(this.#server, "listening");
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { pathname: path, searchParams } = new URL(url, "http://service");
    const asked: Asked = {
      method,
      path,
      query: Object.fromEntries(searchParams),
      authorization: headers.authorization ?? "",
      body: text === "" ? undefined : JSON.parse(text),
    };
    this.asked.push(asked);
    const { status = 200, headers: sent = {}, text: answer } = await this.answer(asked);
    response.writeHead(status, sent);
    response.end(answer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

export async function startService(answer: TestService["answer"]): Promise<TestService> {
  const service = new TestService(answer);
  await service.start();
  return service;
}
