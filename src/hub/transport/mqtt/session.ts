// What the hub knows of one MQTT connection.
import type { Duplex } from "node:stream";
import type { Share } from "../../access/budget.ts";
import type { Identity } from "../../access/topic-authority.ts";
import type { FastPathRoute, FastPathSession } from "./fast-path.ts";
import type { TimedSession } from "./keep-alive.ts";
import type { Guard } from "./socket-guard.ts";

export class MqttSession implements FastPathSession, TimedSession {
  readonly id: string;
  readonly address: string;
  readonly socket: Duplex;
  readonly share: Share;
  readonly routes = new Map<string, FastPathRoute | null>();
  /** Set once it is read from. */
  guard: Guard | null = null;
  identity: Identity = "anonymous";
  acknowledged: number[] = [];
  idIsSound = true;
  keepAliveMs = 0;
  hasSpoken = true;
  silentMs = 0;
  fellSilent = false;
  /** Its CONNECT was accepted. */
  ready = false;
  /** Publishes whose verdict is still to come. */
  pending = 0;
  /** The client has sent its last byte; it may still read. */
  ended = false;
  closed = false;

  constructor(id: string, address: string, socket: Duplex, share: Share) {
    this.id = id;
    this.address = address;
    this.socket = socket;
    this.share = share;
  }

  /** It waits for us: for a verdict, for room to be read in, or for the broker. */
  get isHeldUp(): boolean {
    return this.pending > 0 || this.guard?.isBusy === true;
  }
}
