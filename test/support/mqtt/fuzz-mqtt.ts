// Sends mutated MQTT 5 packets to a port: a few concurrent clients, each reconnecting after it was cut off.
import { connect, type Socket } from "node:net";
import { MqttMutations } from "./mqtt-mutations.ts";

const CLIENTS = 8;
/** Sent before an answer is waited for. */
const PACKETS_PER_WRITE = 8;
/** After a wrong length there is no response. */
const ANSWER_TIME_MS = 20;
const PINGREQ = Buffer.from([0xc0, 0]);

export interface FuzzOptions {
  readonly port: number;
  readonly packets: number;
  readonly seed: number;
  /** Called periodically, after a number of packets. */
  readonly onProgress?: (sent: number) => void;
}

const PROGRESS_PACKETS = 50_000;

/** Resolves once `count` packets were sent, with the number of connections. */
export async function fuzzMqtt({ port, packets, seed, onProgress }: FuzzOptions): Promise<number> {
  let sent = 0;
  let connections = 0;
  const run = async (mutations: MqttMutations): Promise<void> => {
    while (sent < packets) {
      connections++;
      await using peer = await opened(port);
      if (peer === null) continue;
      peer.socket.write(mutations.opening());
      while (sent < packets && !peer.isClosed()) {
        const batch = Array.from({ length: PACKETS_PER_WRITE }, () => mutations.next());
        peer.socket.write(Buffer.concat([...batch, PINGREQ]));
        for (const _ of batch) if (++sent % PROGRESS_PACKETS === 0) onProgress?.(sent);
        await peer.answered();
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => run(new MqttMutations(seed + index))));
  return connections;
}

interface FuzzedPeer extends AsyncDisposable {
  readonly socket: Socket;
  isClosed(): boolean;
  /** Resolves on data, or when none can come. */
  answered(): Promise<void>;
}

/** Null where there is no connection to be had. */
async function opened(port: number): Promise<FuzzedPeer | null> {
  const socket = connect(port, "127.0.0.1");
  let isClosed = false;
  const closed = new Promise<void>((resolve) =>
    socket.once("close", () => {
      isClosed = true;
      resolve();
    }),
  );
  let onAnswer: () => void = () => undefined;
  socket.on("error", () => undefined).on("data", () => onAnswer());
  await Promise.race([new Promise((resolve) => socket.once("connect", resolve)), closed]);
  if (isClosed) return null;
  return {
    socket,
    isClosed: () => isClosed,
    async answered() {
      const answer = new Promise<void>((resolve) => {
        onAnswer = resolve;
      });
      const { promise: late, resolve: giveUp } = Promise.withResolvers<void>();
      const timer = setTimeout(giveUp, ANSWER_TIME_MS);
      await Promise.race([answer, closed, late]);
      clearTimeout(timer);
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await closed;
    },
  };
}
