// As many messages of QoS 1 as the broker takes: every acknowledgement is answered with the next message. Where it listens, one
// more client hears all of them at QoS 0.
import { generate } from "mqtt-packet";
import { Type } from "typebox";
import { Target } from "./load-socket.ts";
import { openMqtt } from "./mqtt-socket.ts";
import { readOptions, report } from "./program.ts";
import { PublishRing } from "./publish-ring.ts";
import { growthPerSecond, untilNone, Window } from "./window.ts";

const PUBACK_BYTES = 4;

const options = readOptions(
  Type.Object({
    ...Target.properties,
    clients: Type.Integer(),
    inFlight: Type.Integer(),
    window: Window,
    version: Type.Optional(Type.Union([Type.Literal(4), Type.Literal(5)])),
    listens: Type.Optional(Type.Boolean()),
  }),
);

const { version = 4, listens = false } = options;
let acknowledgedBytes = 0;
let sent = 0;
let stopped = false;
const acknowledged = () => Math.floor(acknowledgedBytes / PUBACK_BYTES);

/** Connects; the answer sends the first messages. */
async function openClient(index: number): Promise<() => void> {
  const device = `pi-${index + 1}`;
  const ring = new PublishRing(device, options.inFlight, version);
  let splitBytes = 0;
  const send = (count: number) => {
    sent += count;
    ring.send(socket, count);
  };
  const receive = ({ length }: Buffer): void => {
    acknowledgedBytes += length;
    const bytes = splitBytes + length;
    splitBytes = bytes % PUBACK_BYTES;
    if (!stopped) send((bytes - splitBytes) / PUBACK_BYTES);
  };
  const login = { version, ...(options.keys?.[index] === undefined ? {} : { key: options.keys[index] }) };
  const socket = await openMqtt(options, device, receive, login);
  return () => send(options.inFlight);
}

let heard = 0;

/** Counts the packets of a stream, which are all shorter than 128 bytes. */
async function listen(): Promise<void> {
  let skip = 0;
  let needsLength = false;
  const onBytes = (bytes: Buffer) => {
    let at = 0;
    while (at < bytes.length) {
      if (skip > 0) {
        const step = Math.min(skip, bytes.length - at);
        skip -= step;
        at += step;
      } else if (needsLength) {
        skip = bytes[at++] ?? 0;
        needsLength = false;
        heard++;
      } else {
        needsLength = true;
        at++;
      }
    }
  };
  const socket = await openMqtt(options, "listener", onBytes, { version });
  const subscriptions = [{ topic: "#", qos: 0 } as const];
  socket.write(generate({ cmd: "subscribe", messageId: 1, subscriptions }, { protocolVersion: version }));
}

if (listens) await listen();
const begin = await Promise.all(Array.from({ length: options.clients }, (_, index) => openClient(index)));
for (const one of begin) one();
const perSecond = await growthPerSecond(options.window, listens ? () => heard : acknowledged);
stopped = true;
await untilNone(() => sent - acknowledged());
report({ perSecond, acknowledged: acknowledged() });
process.exit();
