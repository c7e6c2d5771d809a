// What an attack is: raw connections to a hub that send what honest clients never would, from loopback addresses of their
// own, until it is disposed of. Limits that count by address must not mix attackers with honest clients.
import { RawStream, type StreamPlan } from "./raw-stream.ts";

export interface Target {
  readonly mqttPort: number;
  readonly httpPort: number;
  /** The administrator's, for the attacks that only a signed-in client can try. */
  readonly token: string;
}

/** `size` scales how many connections and messages there are: 1 is the full attack, a test takes a part of it. */
export type StartAttack = (target: Target, size: number) => Attack;

export interface AttackReport {
  /** Connections opened, reconnections included. */
  readonly connections: number;
  /** Connections that the hub closed or refused. */
  readonly closedByHub: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

export class Attack implements AsyncDisposable {
  readonly #streams: readonly RawStream[];

  constructor(plans: readonly StreamPlan[]) {
    this.#streams = plans.map((plan, index) => new RawStream({ localAddress: attackerAddress(index), ...plan }));
    for (const stream of this.#streams) stream.start();
  }

  get report(): AttackReport {
    const total = (figure: (stream: RawStream) => number) =>
      this.#streams.reduce((sum, stream) => sum + figure(stream), 0);
    return {
      connections: total(({ connections }) => connections),
      closedByHub: total(({ closedByHub }) => closedByHub),
      sentBytes: total(({ sentBytes }) => sentBytes),
      receivedBytes: total(({ receivedBytes }) => receivedBytes),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#streams.map((stream) => stream.stop()));
  }
}

const ATTACKER_ADDRESSES = 5;

/** 127.0.0.2 to 127.0.0.6 in turn. */
function attackerAddress(index: number): string {
  return `127.0.0.${2 + (index % ATTACKER_ADDRESSES)}`;
}

/** `size` of that many, at least one. */
export function portion(count: number, size: number): number {
  return Math.max(1, Math.round(count * size));
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
