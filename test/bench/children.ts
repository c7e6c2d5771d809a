// The programs of the bench: loads, which run to their end and report, and servers, which run until they are disposed of.
// None of them outlives the bench, however it ends.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { TestHub } from "../support/hub.ts";

type LoadName = "mqtt-flood" | "mqtt-pace" | "http-flood";
type ServerName = "bare-broker" | "null-hub";

export interface Server extends AsyncDisposable {
  readonly port: number;
}

const ServerReport = Type.Object({ port: Type.Integer() });

/** Each ends a program, and does nothing where it has ended. */
const ends = new Set<() => unknown>();
process.once("exit", () => {
  for (const end of ends) end();
});

/** Runs a load with these options to its end; answers its report. */
export async function runLoad<T extends TSchema>(name: LoadName, options: unknown, report: T): Promise<Static<T>> {
  const { line, closed } = start(name, options);
  const text = await line;
  await closed;
  return Value.Parse(report, JSON.parse(text));
}

export async function startServer(name: ServerName): Promise<Server> {
  const { line, closed, end } = start(name, {});
  const { port } = Value.Parse(ServerReport, JSON.parse(await line));
  return {
    port,
    async [Symbol.asyncDispose]() {
      end();
      await closed;
    },
  };
}

/** Starts the built hub as its users would, open to the loads' clients, on a data folder that stays. */
export async function startHub(dataFolder: string): Promise<TestHub> {
  const args = ["--no-rate-limit", "--joining", "open", "--anonymous", "readings", "--log-level", "warn"];
  const hub = new TestHub(args, undefined, { path: dataFolder, [Symbol.dispose]: () => undefined });
  ends.add(() => hub.end("SIGKILL"));
  await hub.start();
  return hub;
}

/** `line` is the first that the program prints. */
function start(name: LoadName | ServerName, options: unknown) {
  const script = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ["ignore", "pipe", "inherit"] });
  const end = () => child.kill("SIGKILL");
  ends.add(end);
  const closed = once(child, "close");
  const printed = once(createInterface({ input: child.stdout }), "line").then(([text]) => String(text));
  const ended = closed.then(([code]) => Promise.reject(new Error(`${name} ended with code ${code}`)));
  return { line: Promise.race([printed, ended]), closed, end };
}
