// Real proxies from the system's packages, configured by the guide's own snippets with a test's ports and certificate.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeTemporaryFolder, type TestFolder } from "../hub.ts";
import { until } from "../until.ts";
import { ensurePackages } from "./apt.ts";

const GUIDE = fileURLToPath(new URL("../../../resources/guides/behind-a-proxy.md", import.meta.url));

export function ensureProxies(): void {
  ensurePackages(["nginx", "haproxy", "caddy", "openssl"], "the tests behind real proxies");
}

/** The guide's snippet of a language, with each `[text, replacement]` made; a text that is not there is a mistake. */
export function snippet(language: string, changes: readonly (readonly [string, string])[]): string {
  const fence = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``);
  const [, found = ""] = fence.exec(readFileSync(GUIDE, "utf8")) ?? [];
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the guide's ${language} has no “${from}”`);
    return text.replaceAll(from, to);
  }, found);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  /** Both in one file. */
  readonly both: string;
}

export class TestProxy implements AsyncDisposable {
  readonly folder: TestFolder = makeTemporaryFolder();
  #child: ChildProcess | null = null;

  /** Self-signed for `hub.example`. */
  makeCertificate(): Certificate {
    const [certificate, key, both] = ["cert.pem", "key.pem", "both.pem"].map((name) => join(this.folder.path, name));
    if (certificate === undefined || key === undefined || both === undefined) throw new Error("unreachable");
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    const subject = ["-subj", "/CN=hub.example", "-addext", "subjectAltName=DNS:hub.example"];
    execFileSync("openssl", ["req", "-x509", "-nodes", ...curve, ...subject, "-keyout", key, "-out", certificate], {
      stdio: "ignore",
    });
    writeFileSync(both, readFileSync(certificate, "utf8") + readFileSync(key, "utf8"));
    return { certificate, key, both };
  }

  /** Runs it with a configuration; resolves when it accepts connections. `args` gets the file's path. */
  async start(port: number, configuration: string, command: string, args: (file: string) => string[]): Promise<void> {
    const file = join(this.folder.path, "configuration");
    writeFileSync(file, configuration);
    const { path } = this.folder;
    const env = { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin`, HOME: path, XDG_DATA_HOME: path };
    const child = spawn(command, args(file), { env, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (bytes: Buffer) => {
        output = (output + bytes.toString()).slice(-4_000);
      });
    await until(`${command} listens`, async () => {
      if (child.exitCode !== null) throw new Error(`${command} ended: ${output}`);
      const socket = connect({ host: "127.0.0.1", port });
      const isOpen = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true));
        socket.once("error", () => resolve(false));
      });
      socket.destroy();
      return isOpen || undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child !== null && child.exitCode === null) {
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    }
    this.folder[Symbol.dispose]();
  }
}
