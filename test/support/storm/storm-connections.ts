// The three ways in which a device of the storm is connected. Each is used until it ends, and never mended.
import { once } from "node:events";
import { connectAsync } from "mqtt";
import { WebSocket } from "ws";
import type { CommandMessage, CommandReply } from "../../../src/shared/controls/command.ts";

export interface Connection {
  /** Resolves when it is over. */
  readonly ended: Promise<unknown>;
  /** Resolves once the hub has the reply. */
  reply(reply: CommandReply): Promise<unknown>;
  /** Closes abruptly, without DISCONNECT. */
  cut(): void;
}

type OnCommand = (connection: Connection, message: CommandMessage, acknowledge: () => void) => void;
/** Resolves once the device is subscribed to its commands. */
export type Connect = (name: string, onCommand: OnCommand) => Promise<Connection>;

const CONNECT_TIMEOUT_MS = 2_000;
const POLL_SECONDS = 2;

export function overMqtt(port: number): Connect {
  return async (name, onCommand) => {
    const options = { clientId: name, reconnectPeriod: 0, connectTimeout: CONNECT_TIMEOUT_MS };
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, options, false);
    client.on("error", () => client.stream.destroy());
    const ended = new Promise<void>((resolve) => client.once("close", () => resolve()));
    const connection: Connection = {
      ended,
      reply: ({ id, ...rest }) =>
        whileOpen(ended, client.publishAsync(`bramble/${name}/reply`, JSON.stringify({ id, ...rest }), { qos: 1 })),
      cut: () => client.stream.destroy(),
    };
    // The client acknowledges when this calls back.
    client.handleMessage = ({ payload }, acknowledge) =>
      onCommand(connection, JSON.parse(payload.toString()), () => acknowledge());
    await whileOpen(ended, client.subscribeAsync(`bramble/${name}/command`, { qos: 1 }));
    return connection;
  };
}

export function overWebSocket(port: number): Connect {
  return async (name, onCommand) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws?device=${name}`, { handshakeTimeout: CONNECT_TIMEOUT_MS });
    const ended = once(socket, "close");
    socket.on("error", () => socket.terminate());
    const acknowledged = new Map<number, () => void>();
    let lastSeq = 0;
    const connection: Connection = {
      ended,
      reply: (reply) => {
        const seq = ++lastSeq;
        const acknowledgement = new Promise<void>((resolve) => acknowledged.set(seq, resolve));
        socket.send(JSON.stringify({ type: "reply", seq, ...reply }));
        return whileOpen(ended, acknowledgement);
      },
      cut: () => socket.terminate(),
    };
    socket.on("message", (data) => {
      const { type, ...rest } = JSON.parse(String(data));
      // The response to the following ping is the acknowledgement; disconnecting before it is none.
      if (type === "command") onCommand(connection, rest, () => undefined);
      if (type === "ack") acknowledged.get(rest.seq)?.();
    });
    await whileOpen(ended, once(socket, "open"));
    return connection;
  };
}

export function overHttp(port: number): Connect {
  return async (name, onCommand) => {
    const origin = `http://127.0.0.1:${port}/api/v1`;
    const cutting = new AbortController();
    const { signal } = cutting;
    const pollOn = async () => {
      for (;;) {
        const answer = await fetch(`${origin}/devices/${name}/commands/next?wait=${POLL_SECONDS}`, { signal });
        if (answer.status === 200) onCommand(connection, await answer.json(), () => undefined);
      }
    };
    const connection: Connection = {
      ended: Promise.resolve()
        .then(pollOn)
        .catch(() => undefined),
      reply: async ({ id, ...body }) => {
        const headers = { "Content-Type": "application/json" };
        const options = { method: "POST", headers, body: JSON.stringify(body), signal };
        const answer = await fetch(`${origin}/commands/${id}/reply`, options);
        if (!answer.ok) throw new Error(`the hub answers ${answer.status}`);
      },
      cut: () => cutting.abort(),
    };
    return connection;
  };
}

/** Ignores messages in flight on an ended connection. */
function whileOpen<T>(ended: Promise<unknown>, work: Promise<T>): Promise<T> {
  return Promise.race([work, ended.then(() => Promise.reject(new Error("the connection ended")))]);
}
