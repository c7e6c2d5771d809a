// A real Mosquitto from the system's packages, with a test's configuration: started, killed, and started again on the same files.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { makeTemporaryFolder, type TestFolder } from "../hub.ts";
import { until } from "../until.ts";
import { ensurePackages } from "./apt.ts";
import { freePort } from "./proxies.ts";

export function ensureMosquitto(): void {
  ensurePackages(["mosquitto", "mosquitto-clients", "openssl"], "the tests with a real outside broker");
}

export class Mosquitto implements AsyncDisposable {
  readonly folder: TestFolder = makeTemporaryFolder();
  readonly port: number;
  readonly #configuration: readonly string[];
  #child: ChildProcess | null = null;
  #output = "";

  private constructor(port: number, configuration: readonly string[]) {
    this.port = port;
    this.#configuration = configuration;
    // Mosquitto drops root's rights, and has to read and write here.
    chmodSync(this.folder.path, 0o777);
  }

  /** Not started: `configuration` may name files of its folder, as FOLDER/name, that are yet to be written. */
  static async create(...configuration: readonly string[]): Promise<Mosquitto> {
    return new Mosquitto(await freePort(), configuration);
  }

  static async start(...configuration: readonly string[]): Promise<Mosquitto> {
    const mosquitto = await Mosquitto.create(...configuration);
    await mosquitto.start();
    return mosquitto;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Makes a file with the passwords of users. */
  writePasswords(users: Readonly<Record<string, string>>): string {
    const file = join(this.folder.path, "passwords");
    writeFileSync(
      file,
      Object.entries(users)
        .map(([name, password]) => `${name}:${password}\n`)
        .join(""),
    );
    execFileSync("mosquitto_passwd", ["-U", file], { stdio: "ignore" });
    chmodSync(file, 0o644);
    return file;
  }

  /** Creates FOLDER/cert.pem, self-signed for this computer, and FOLDER/key.pem. Returns the certificate's path. */
  makeCertificate(): string {
    const [certificate, key] = [join(this.folder.path, "cert.pem"), join(this.folder.path, "key.pem")];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    execFileSync("openssl", ["req", "-x509", "-nodes", ...curve, ...subject, "-keyout", key, "-out", certificate], {
      stdio: "ignore",
    });
    chmodSync(key, 0o644);
    return certificate;
  }

  writeFile(name: string, text: string): string {
    const file = join(this.folder.path, name);
    writeFileSync(file, text);
    return file;
  }

  async start(): Promise<void> {
    const lines = [
      `listener ${this.port} 127.0.0.1`,
      "persistence true",
      `persistence_location ${this.folder.path}/`,
      // Saves every change immediately, so that a killed broker has everything that it acknowledged.
      "autosave_on_changes true",
      "autosave_interval 1",
      "log_type all",
      ...this.#configuration.map((line) => line.replaceAll("FOLDER", this.folder.path)),
    ];
    if (!lines.some((line) => line.startsWith("allow_anonymous"))) lines.push("allow_anonymous true");
    const file = this.writeFile("mosquitto.conf", `${lines.join("\n")}\n`);
    const env = { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` };
    const child = spawn("mosquitto", ["-v", "-c", file], { env, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (bytes: Buffer) => {
        this.#output = (this.#output + bytes.toString()).slice(-200_000);
      });
    await until("Mosquitto listens", async () => {
      if (child.exitCode !== null) throw new Error(`Mosquitto ended: ${this.#output.slice(-2_000)}`);
      const socket = connect({ host: "127.0.0.1", port: this.port });
      const isOpen = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true));
        socket.once("error", () => resolve(false));
      });
      socket.destroy();
      return isOpen || undefined;
    });
  }

  async end(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    this.folder[Symbol.dispose]();
  }
}
