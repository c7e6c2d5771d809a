// The broker alone, as the hub sets it up but with nothing behind it: payloads are not looked at, nothing is stored.
import { createServer } from "node:net";
import { Aedes } from "aedes";
import { listen } from "../../../src/hub/transport/ports.ts";
import { report } from "./program.ts";

const broker = await Aedes.createBroker({ concurrency: 0 });
const server = createServer({ noDelay: true }, broker.handle);
report({ port: await listen(server, "127.0.0.1", { number: 0, named: true }, "MQTT") });
