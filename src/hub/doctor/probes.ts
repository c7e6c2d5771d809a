// Connects to a port as a client, and distinguishes this hub from another program.
import { get } from "node:http";
import { connect } from "node:net";
import { generate } from "mqtt-packet";
import type { HubInfo } from "../../shared/api.ts";
import { plainAddress } from "../access/networks.ts";
import { DOCTOR_CLIENT_ID } from "../diagnostics/connection-failures.ts";

export type Reached = "ours" | "another" | "closed" | "silent";

const PROBE_TIMEOUT_MS = 2_000;
const CONNACK = 0x20;
/** More bytes than the hub's answer has. */
const MAX_ANSWER_CHARACTERS = 1_000;

/** A program that answers CONNECT with CONNACK is a broker; this hub's knows the connection's own address and port. */
export function probeMqtt(
  host: string,
  port: number,
  isClient: (address: string, port: number) => boolean,
): Promise<Reached> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    const end = (reached: Reached) => {
      socket.destroy();
      resolve(reached);
    };
    socket.on("connect", () => {
      // An id for each address: a broker ends the older of two clients with one id.
      const clientId = `${DOCTOR_CLIENT_ID} ${host}`;
      socket.write(
        generate({ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clientId, clean: true, keepalive: 10 }),
      );
    });
    socket.once("data", (bytes: Buffer) => {
      const { localAddress, localPort = 0 } = socket;
      const isOurs = bytes[0] === CONNACK && isClient(plainAddress(localAddress), localPort);
      socket.end(generate({ cmd: "disconnect" }));
      end(isOurs ? "ours" : "another");
    });
    socket.once("end", () => end("closed"));
    socket.on("error", (error) => end(isTimeout(error) ? "silent" : "closed"));
  });
}

/** The program that answers with the hub's id is this hub. */
export function probeHttp(host: string, port: number, { hubId, basePath = "" }: HubInfo): Promise<Reached> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const request = get({ host, port, path: `${basePath}/api/v1/doctor/hub-id`, agent: false, signal }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
        if (text.length > MAX_ANSWER_CHARACTERS) response.destroy();
      });
      response.on("error", () => resolve("another"));
      response.on("close", () => resolve(text === JSON.stringify({ hubId }) ? "ours" : "another"));
    });
    // An answer that is not HTTP comes from another program.
    request.on("error", (error) => {
      if (isTimeout(error)) resolve("silent");
      else resolve("code" in error && String(error.code).startsWith("HPE_") ? "another" : "closed");
    });
  });
}

function isTimeout(error: Error): boolean {
  return (
    error.name === "AbortError" || error.name === "TimeoutError" || ("code" in error && error.code === "ETIMEDOUT")
  );
}
