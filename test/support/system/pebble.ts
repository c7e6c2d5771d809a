// Pebble, a real ACME server for tests, with its challenge DNS. Names resolve to 127.0.0.1 unless set otherwise.
// `await using` ends both.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { ask } from "../../../src/hub/reach/request.ts";
import { makeTemporaryFolder } from "../hub.ts";
import { until } from "../until.ts";
import { ensurePebble } from "./apt.ts";

interface PebblePorts {
  readonly directory: number;
  readonly management: number;
  readonly dns: number;
  readonly dnsManagement: number;
  /** The port that it validates HTTP-01 on. */
  readonly http: number;
  /** The port that it validates TLS-ALPN-01 on. */
  readonly tls: number;
}

export class Pebble implements AsyncDisposable {
  readonly ports: PebblePorts;
  /** PEM of the authority of the directory's own certificate. */
  readonly ca: string;
  readonly keyPath: string;
  readonly certPath: string;
  readonly #folder = makeTemporaryFolder();
  #children: ChildProcess[] = [];

  constructor(ports: PebblePorts) {
    this.ports = ports;
    this.certPath = join(this.#folder.path, "cert.pem");
    this.keyPath = join(this.#folder.path, "key.pem");
    const names = "subjectAltName=IP:127.0.0.1,DNS:localhost";
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", this.keyPath];
    const subject = ["-subj", "/CN=Pebble", "-addext", names, "-days", "2", "-out", this.certPath];
    execFileSync("openssl", ["req", "-x509", ...key, ...subject], { stdio: "pipe" });
    this.ca = readFileSync(this.certPath, "utf8");
  }

  get directoryUrl(): string {
    return `https://127.0.0.1:${this.ports.directory}/dir`;
  }

  get dnsServer(): string {
    return `127.0.0.1:${this.ports.dns}`;
  }

  async start(): Promise<void> {
    const { directory, management, dnsManagement, http, tls } = this.ports;
    const config = join(this.#folder.path, "pebble.json");
    const pebble = {
      listenAddress: `127.0.0.1:${directory}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: this.certPath,
      privateKey: this.keyPath,
      httpPort: http,
      tlsPort: tls,
      ocspResponderURL: "",
      externalAccountBindingRequired: false,
    };
    writeFileSync(config, JSON.stringify({ pebble }));
    const none = ["-http01", "", "-https01", "", "-tlsalpn01", ""];
    const addresses = ["-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""];
    const binds = ["-dns01", this.dnsServer, "-management", `127.0.0.1:${dnsManagement}`];
    this.#run("pebble-challtestsrv", [...none, ...addresses, ...binds]);
    // Some nonces are refused, as a busy directory does; no authorization is taken over from an earlier order.
    const env = { PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "15", PEBBLE_AUTHZREUSE: "0" };
    this.#run("pebble", ["-config", config, "-dnsserver", this.dnsServer], env);
    await until("Pebble answers", () =>
      ask(this.directoryUrl, { service: "Pebble", ca: this.ca }).then(
        () => true,
        () => undefined,
      ),
    );
    await until("its DNS can be told", () => this.callChallengeDns("clear-request-history", {}).catch(() => undefined));
  }

  /** Calls the challenge DNS's API, such as `set-txt` with a host, which ends in a dot, and a value. */
  async callChallengeDns(what: string, body: Readonly<Record<string, unknown>>): Promise<true> {
    const url = `http://127.0.0.1:${this.ports.dnsManagement}/${what}`;
    await ask(url, { service: "the challenge DNS", method: "POST", body: JSON.stringify(body) });
    return true;
  }

  #run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
    this.#children.push(spawn(command, [...args], { env: { ...process.env, ...env }, stdio: "ignore" }));
  }

  /** Restarts it without its state: accounts are lost. */
  async restart(): Promise<void> {
    await this.#end();
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    this.#folder[Symbol.dispose]();
  }

  async #end(): Promise<void> {
    for (const child of this.#children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    }
  }
}

export async function startPebble(): Promise<Pebble> {
  ensurePebble();
  const [directory = 0, management = 0, dns = 0, dnsManagement = 0, http = 0, tls = 0] = await freePorts(6);
  const pebble = new Pebble({ directory, management, dns, dnsManagement, http, tls });
  await pebble.start();
  return pebble;
}

/** Unused ports. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it does not listen on a port");
  return address.port;
}
