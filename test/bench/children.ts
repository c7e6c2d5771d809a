// The programs of the bench: loads, which run to their end and report, probes, which report when they are told to stop, and
// servers, which run until they are disposed of.
// None of them outlives the bench, however it ends.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { TestHub } from "../support/hub.ts";

type LoadName = "mqtt-flood" | "mqtt-versions" | "mqtt-pace" | "http-flood";
type ServerName = "bare-broker" | "null-hub";
/** Programs that take flags, as a person gives them. */
type FlaggedName = "attack" | "honest";

export interface Server extends AsyncDisposable {
  readonly port: number;
}

export interface Probe<Report> extends AsyncDisposable {
  /** Resolves with what it found until then. */
  stop(): Promise<Report>;
}

const ServerReport = Type.Object({ port: Type.Integer() });

/** Each ends a program, and does nothing where it has ended. */
const ends = new Set<() => unknown>();
process.once("exit", () => {
  for (const end of ends) end();
});

/** Runs a load with these options to its end; answers its report. */
export async function runLoad<T extends TSchema>(name: LoadName, options: unknown, report: T): Promise<Static<T>> {
  const { nextLine, closed } = start(name, [JSON.stringify(options)]);
  const text = await nextLine();
  await closed;
  return Value.Parse(report, JSON.parse(text));
}

/** Runs it to its end, or until the signal ends it. */
export async function runFlagged(name: FlaggedName, args: readonly string[], signal: AbortSignal): Promise<void> {
  const { closed, end } = start(name, args);
  if (signal.aborted) end();
  signal.addEventListener("abort", end);
  const [code] = await closed;
  if (code !== 0 && !signal.aborted) throw new Error(`${name} ended with code ${code}`);
}

/** Resolves once it says that it is at work. */
export async function startProbe<T extends TSchema>(
  name: FlaggedName,
  args: readonly string[],
  report: T,
): Promise<Probe<Static<T>>> {
  const { nextLine, closed, end, ask } = start(name, args);
  await nextLine();
  return {
    async stop() {
      const line = nextLine();
      ask();
      return Value.Parse(report, JSON.parse(await line));
    },
    async [Symbol.asyncDispose]() {
      end();
      await closed;
    },
  };
}

export async function startServer(name: ServerName): Promise<Server> {
  const { nextLine, closed, end } = start(name, []);
  const { port } = Value.Parse(ServerReport, JSON.parse(await nextLine()));
  return {
    port,
    async [Symbol.asyncDispose]() {
      end();
      await closed;
    },
  };
}

/** As the loads need it, whose clients all have one address. */
const OPEN_TO_LOADS = ["--no-rate-limit", "--joining", "open", "--anonymous", "readings", "--log-level", "warn"];

/** Starts the built hub as its users would, on a data folder that stays. */
export async function startHub(dataFolder: string, args: readonly string[] = OPEN_TO_LOADS): Promise<TestHub> {
  const hub = new TestHub(args, undefined, { path: dataFolder, [Symbol.dispose]: () => undefined });
  ends.add(() => hub.end("SIGKILL"));
  await hub.start();
  return hub;
}

/** `nextLine` is what it prints from that call on; `ask` asks it to come to its end. */
function start(name: LoadName | ServerName | FlaggedName, args: readonly string[]) {
  const script = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const end = () => child.kill("SIGKILL");
  ends.add(end);
  const closed = once(child, "close");
  const lines = createInterface({ input: child.stdout });
  const ended = closed.then(([code]) => Promise.reject(new Error(`${name} ended with code ${code}`)));
  ended.catch(() => undefined);
  const nextLine = () => Promise.race([once(lines, "line").then(([text]) => String(text)), ended]);
  return { nextLine, closed, end, ask: () => child.kill("SIGTERM") };
}
