// An in-process hub with TLS, and real clients with its authority, another one, or none.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { Value } from "typebox/value";
import { TlsStatus } from "../../src/shared/security/tls.ts";
import { type HubInside, type HubInsideOptions, startHubInside } from "./hub-inside.ts";
import { until } from "./until.ts";

const TLS_FLAGS = ["--https-port", "0", "--mqtts-port", "0"] as const;

export interface TlsHub extends AsyncDisposable {
  readonly hub: HubInside;
  /** PEM of its authority, and a file of it. */
  readonly ca: string;
  readonly caFile: string;
  readonly httpsPort: number;
  readonly mqttsPort: number;
}

export async function startTlsHub(options: HubInsideOptions = {}): Promise<TlsHub> {
  const hub = await startHubInside({ ...options, flags: [...TLS_FLAGS, ...(options.flags ?? [])] });
  const { httpsPort, mqttsPort } = await tlsStatus(hub);
  const ca = await (await hub.fetch("/ca.pem")).text();
  const caFile = join(hub.path, "ca-of-test.pem");
  writeFileSync(caFile, ca);
  return { hub, ca, caFile, httpsPort, mqttsPort, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

export async function tlsStatus(hub: HubInside): Promise<TlsStatus> {
  return Value.Parse(TlsStatus, await (await hub.fetch("/api/v1/tls")).json());
}

export async function changeTls(hub: HubInside, change: object): Promise<{ status: number; body: unknown }> {
  const response = await hub.fetch("/api/v1/tls", { method: "PATCH", body: JSON.stringify(change) });
  return { status: response.status, body: await response.json() };
}

/** Resolves once the handshake is done; rejects as the client fails. */
export function openTls(
  port: number,
  options: ConnectionOptions & { readonly localAddress?: string; readonly allowHalfOpen?: boolean } = {},
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ...options });
    socket.once("secureConnect", () => resolve(socket));
    socket.on("error", reject);
  });
}

/** Waits until something is so. */
export async function untilTrue(what: string, ask: () => Promise<boolean>): Promise<void> {
  await until(what, async () => (await ask()) || undefined);
}

export interface HttpsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export function askHttps(
  port: number,
  path: string,
  { ca, method = "GET", headers = {}, body }: { ca: string; method?: string; headers?: object; body?: string },
): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: "localhost", port, path, ca, method, headers: { ...headers }, agent: false },
      (answer) => {
        let text = "";
        answer.on("data", (piece: Buffer) => {
          text += piece.toString();
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Runs another program to completion; never rejects for its exit code. */
export function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: 20_000, env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr }),
    );
  });
}
