// POST /data on connections that stay open, each with one request at a time: every answer is answered with the next.
import { Type } from "typebox";
import { openLoadSocket, Target } from "./load-socket.ts";
import { namedPayload } from "./payload.ts";
import { readOptions, report } from "./program.ts";
import { growthPerSecond, untilNone, Window } from "./window.ts";

const REQUESTS = 32;

const options = readOptions(Type.Object({ ...Target.properties, connections: Type.Integer(), window: Window }));

let answered = 0;
let busy = 0;
let stopped = false;

/** All answers are as long as the first: status, headers and body differ in no length. */
let answerBytes = 0;

async function openConnection(index: number): Promise<() => void> {
  const key = options.keys?.[index];
  const requests = Array.from({ length: REQUESTS }, () => encode(`pi-${index + 1}`, key));
  let next = 0;
  let received = 0;
  const send = (): void => {
    const request = requests[next++ % REQUESTS];
    if (request !== undefined) socket.write(request);
    busy++;
  };
  const receive = (bytes: Buffer): void => {
    if (received === 0) checkAnswer(bytes);
    received += bytes.length;
    if (received < answerBytes) return;
    if (received > answerBytes) throw new Error(`an answer of another length: ${bytes}`);
    received = 0;
    answered++;
    busy--;
    if (!stopped) send();
  };
  const socket = await openLoadSocket(options, receive);
  socket.once("close", () => {
    throw new Error("the server hung up");
  });
  return send;
}

function encode(device: string, key: string | undefined): Buffer {
  const body = namedPayload(device);
  const headers = ["Host: 127.0.0.1", "Content-Type: application/json", `Content-Length: ${body.length}`];
  if (key !== undefined) headers.push(`Authorization: Bearer ${key}`);
  return Buffer.from(`POST /data HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n${body}`);
}

function checkAnswer(bytes: Buffer): void {
  if (bytes.subarray(0, 12).toString("latin1") !== "HTTP/1.1 200") throw new Error(`not stored: ${bytes}`);
  if (answerBytes > 0) return;
  const head = bytes.indexOf("\r\n\r\n") + 4;
  answerBytes = head + Number(/content-length: (\d+)/i.exec(bytes.toString("latin1"))?.[1]);
}

const begin = await Promise.all(Array.from({ length: options.connections }, (_, index) => openConnection(index)));
for (const one of begin) one();
const perSecond = await growthPerSecond(options.window, () => answered);
stopped = true;
await untilNone(() => busy);
report({ perSecond, acknowledged: answered });
process.exit();
