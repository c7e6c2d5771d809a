// Mosquitto as the system's package has it, without a log and without anything kept: what a broker alone can do.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "../support/system/proxies.ts";
import { until } from "../support/until.ts";
import type { Server } from "./children.ts";

export async function startMosquitto(folder: string): Promise<Server> {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "mosquitto.conf");
  // As in resources/deploy/mosquitto: with 20 in flight the hub would wait for the network.
  const queues = "max_queued_messages 0\nmax_inflight_messages 500\n";
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nlog_type none\n${queues}`);
  const env = { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` };
  const child = spawn("mosquitto", ["-c", file], { env, stdio: ["ignore", "ignore", "inherit"] });
  const closed = once(child, "close");
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  await until("Mosquitto listens", () => isOpen(port));
  return {
    port,
    async [Symbol.asyncDispose]() {
      process.off("exit", end);
      end();
      await closed;
    },
  };
}

async function isOpen(port: number): Promise<true | undefined> {
  const socket = connect({ host: "127.0.0.1", port });
  const answer = await once(socket, "connect").then(
    () => true as const,
    () => undefined,
  );
  socket.destroy();
  return answer;
}
