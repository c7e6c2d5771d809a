// An honest device over HTTP: one connection that stays open, one request at a time; what meets a broken connection is
// sent again.
import { Agent, type IncomingMessage, request } from "node:http";
import { type SentReading, SentReadings } from "./sent-readings.ts";

const RETRY_DELAY_MS = 100;

export class HonestHttpDevice {
  readonly sent = new SentReadings();
  readonly id: string;
  readonly #port: number;
  readonly #agent: Agent;
  #isStopped = false;

  constructor(id: string, port: number, localAddress: string) {
    this.id = id;
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, localAddress });
  }

  send(reading: SentReading): void {
    this.sent.add(reading);
    this.#post(reading);
  }

  stop(): void {
    this.#isStopped = true;
    this.#agent.destroy();
  }

  #post(reading: SentReading): void {
    const { tsMs, number } = reading;
    const body = JSON.stringify({ device_id: this.id, ts: tsMs, number });
    const headers = { "Content-Type": "application/json", "Content-Length": body.length };
    const options = { host: "127.0.0.1", port: this.#port, path: "/data", method: "POST", agent: this.#agent, headers };
    request(options, (response) => this.#answered(reading, response))
      .once("error", () => {
        if (this.#isStopped) return;
        this.sent.connectionsLost++;
        setTimeout(() => !this.#isStopped && this.#post(reading), RETRY_DELAY_MS);
      })
      .end(body);
  }

  #answered(reading: SentReading, response: IncomingMessage): void {
    response.resume();
    if (response.statusCode === 200) this.sent.acknowledge(reading);
    else this.sent.turnAway(reading);
  }
}
