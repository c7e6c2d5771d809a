// The image of resources/deploy/Dockerfile, built and run for real: the hub in it answers, runs as a user that is not root, stops when
// it is told to, keeps its data on its volume, and refuses to start without one, or on a folder of another user.
import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensurePackages } from "../../support/system/apt.ts";
import { freePort } from "../../support/system/proxies.ts";
import { until } from "../../support/until.ts";
import type { Row, Topic } from "../bench.ts";
import { BASE, makeBaseImage } from "../image/base-image.ts";
import { Buildah } from "../image/buildah.ts";

const IMAGE = "localhost/bramble:test";
/** As the Dockerfile makes it. */
const IMAGE_USER = 10_001;
const START_WITHIN_MS = 60_000;
/** `stop_grace_period` of the compose files. */
const STOP_WITHIN_MS = 10_000;
const ENTRY = "/app/out/hub/bramble.js";

export const image: Topic = {
  name: "image",
  async run({ folder, tell }) {
    if (process.getuid?.() !== 0) throw new Error("Images are built and run as root.");
    ensurePackages(["buildah", "debootstrap"], "building the image");
    const buildah = new Buildah(join(folder, "buildah"));
    tell("makes the base image");
    makeBaseImage(buildah);
    tell("builds the image");
    const startedMs = performance.now();
    const how = ["--isolation", "chroot", "--network", "host", "--build-arg", `BASE=${BASE}`, "--tag", IMAGE];
    buildah.run("bud", ...how, "--file", "resources/deploy/Dockerfile", ".");
    const built = `built in ${Math.round((performance.now() - startedMs) / 1_000)} s`;
    return [{ what: "the image", bar: "builds", measured: built, passed: true }, ...(await runHubs(buildah, folder))];
  },
};

async function runHubs(buildah: Buildah, folder: string): Promise<Row[]> {
  const volume = join(folder, "volume");
  mkdirSync(volume);
  chownSync(volume, IMAGE_USER, IMAGE_USER);
  const container = buildah.run("from", IMAGE);
  await using first = await ContainedHub.start(buildah, container, volume);
  const uid = first.uid;
  const posted = await first.post({ device_id: "pi", t: 21 });
  const answered = [posted, (await fetch(`${first.url}/`)).status, (await fetch(`${first.url}/healthz`)).status];
  const stop = await first.stop();
  await using second = await ContainedHub.start(buildah, container, volume);
  const csv = await second.export();
  await second.stop();
  // A folder that is on no volume, and a volume of somebody else's.
  const unkept = await refusal(buildah, container, ["--env", "BRAMBLE_DATA=/tmp/nowhere"]);
  const foreign = join(folder, "foreign");
  mkdirSync(foreign, { mode: 0o700 });
  const others = await refusal(buildah, container, ["--volume", `${foreign}:/data`]);
  return [
    row("its user", `uid ${IMAGE_USER}`, `uid ${uid}`, uid === IMAGE_USER),
    row(
      "POST /data, the page, /healthz",
      "200",
      answered.join(", "),
      answered.every((status) => status === 200),
    ),
    row(
      "SIGTERM",
      `exit 0 within ${STOP_WITHIN_MS} ms`,
      `exit ${stop.code} after ${Math.round(stop.ms)} ms`,
      stop.code === 0 && stop.ms < STOP_WITHIN_MS,
    ),
    row("the reading after a restart", "there", csv.includes(",21") ? "there" : "gone", csv.includes(",21")),
    row("without a volume", "refused in words", unkept, unkept.includes("volume")),
    row("on root's folder", "refused in words", others, others.includes(`chown -R ${IMAGE_USER}`)),
  ];
}

function row(what: string, bar: string, measured: string, passed: boolean): Row {
  return { what, bar, measured, passed };
}

async function refusal(buildah: Buildah, container: string, options: readonly string[]): Promise<string> {
  const command = ["bramble", "serve", "--no-mdns", "--http-port", "0", "--mqtt-port", "0"];
  const child = buildah.start(container, options, command);
  const output = collect(child);
  await once(child, "close");
  return output.text.trim().split("\n")[0] ?? "";
}

class ContainedHub implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #output: { text: string };
  readonly url: string;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#output = collect(child);
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(buildah: Buildah, container: string, volume: string): Promise<ContainedHub> {
    const [http, mqtt] = [await freePort(), await freePort()];
    const settings = [
      "BRAMBLE_NO_MDNS=yes",
      "BRAMBLE_JOINING=open",
      `BRAMBLE_HTTP_PORT=${http}`,
      `BRAMBLE_MQTT_PORT=${mqtt}`,
    ];
    const options = ["--volume", `${volume}:/data`, ...settings.flatMap((setting) => ["--env", setting])];
    const command = ["bramble", "serve"];
    const hub = new ContainedHub(buildah.start(container, options, command), http);
    await until("the hub in the container runs", async () => hub.#isRunning() || undefined, START_WITHIN_MS);
    return hub;
  }

  #isRunning(): boolean {
    if (this.#child.exitCode !== null) throw new Error(`the container ended: ${this.#output.text}`);
    return this.#output.text.includes("is running");
  }

  /** Of the hub's own process. */
  get uid(): number {
    return Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${this.#hubPid}/status`, "utf8"))?.[1]);
  }

  async post(reading: object): Promise<number> {
    const headers = { "Content-Type": "application/json" };
    return (await fetch(`${this.url}/data`, { method: "POST", body: JSON.stringify(reading), headers })).status;
  }

  /** All readings, as the command line in the container gives them. */
  async export(): Promise<string> {
    const root = `/proc/${this.#hubPid}/root`;
    const program = ["/usr/local/bin/node", ENTRY, "export", "-"];
    return execFileSync(
      "chroot",
      [`--userspec=${IMAGE_USER}:${IMAGE_USER}`, root, "env", "BRAMBLE_DATA=/data", ...program],
      {
        encoding: "utf8",
      },
    );
  }

  /** As an engine does: SIGTERM to the first process of the container. */
  async stop(): Promise<{ readonly code: number | null; readonly ms: number }> {
    if (this.#child.exitCode !== null) return { code: this.#child.exitCode, ms: 0 };
    const closed = once(this.#child, "close");
    const startedMs = performance.now();
    process.kill(this.#hubPid, "SIGTERM");
    const [code] = await closed;
    return { code, ms: performance.now() - startedMs };
  }

  /** Below buildah, which makes processes of its own. */
  get #hubPid(): number {
    const parents = new Map<number, number>();
    const hubs: number[] = [];
    for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
        const [program = "", ...args] = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
        if (program.endsWith("node") && args.includes(ENTRY) && args.includes("serve")) hubs.push(Number(name));
      } catch {
        // It ended meanwhile.
      }
    }
    const isBelow = (pid: number): boolean => pid === this.#child.pid || (pid > 1 && isBelow(parents.get(pid) ?? 0));
    const pid = hubs.find(isBelow);
    if (pid === undefined) throw new Error("the container has no hub");
    return pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => this.#child.kill("SIGKILL"));
  }
}

function collect(child: ChildProcess): { text: string } {
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (bytes: Buffer) => {
      output.text += bytes.toString();
    });
  return output;
}
