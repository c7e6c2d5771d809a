// As many messages of QoS 1 as the broker takes: every acknowledgement is answered with the next message.
import { Type } from "typebox";
import { Target } from "./load-socket.ts";
import { openMqtt } from "./mqtt-socket.ts";
import { readOptions, report } from "./program.ts";
import { PublishRing } from "./publish-ring.ts";
import { growthPerSecond, untilNone, Window } from "./window.ts";

const PUBACK_BYTES = 4;

const options = readOptions(
  Type.Object({ ...Target.properties, clients: Type.Integer(), inFlight: Type.Integer(), window: Window }),
);

let acknowledgedBytes = 0;
let sent = 0;
let stopped = false;
const acknowledged = () => Math.floor(acknowledgedBytes / PUBACK_BYTES);

/** Connects; the answer sends the first messages. */
async function openClient(index: number): Promise<() => void> {
  const device = `pi-${index + 1}`;
  const ring = new PublishRing(device, options.inFlight);
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
  const socket = await openMqtt(options, device, receive, options.keys?.[index]);
  return () => send(options.inFlight);
}

const begin = await Promise.all(Array.from({ length: options.clients }, (_, index) => openClient(index)));
for (const one of begin) one();
const perSecond = await growthPerSecond(options.window, acknowledged);
stopped = true;
await untilNone(() => sent - acknowledged());
report({ perSecond, acknowledged: acknowledged() });
process.exit();
