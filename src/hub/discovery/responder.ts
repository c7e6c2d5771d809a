// One link's way from asking whether the hub's names are free there to answering for them (RFC 6762, sections 6 to 10).
// Until they are its own it answers nothing; when somebody else speaks for one of them, it asks again.
import { AUTHORITATIVE_ANSWER, type DnsRecord, decode, encode, type Packet } from "dns-packet";
import type { Clock } from "../clock.ts";
import { MDNS_PORT, type MdnsLink, type Sender } from "./multicast-socket.ts";
import {
  type Answers,
  announced,
  answersTo,
  type Claimed,
  claimedByAnother,
  keyOf,
  losesTo,
  type Records,
} from "./records.ts";

const PROBES = 3;
const PROBE_INTERVAL_MS = 250;
const GIVE_WAY_MS = 1_000;
/** After each but the last announcement; who was busy with the first hears the next. */
const ANNOUNCE_AGAIN_MS = [1_000, 2_000];
/** Answers that others may have as well wait a little, so that not all speak at once. */
const ANSWER_AFTER_MS = 20;
const ANSWER_WITHIN_MS = 100;
/** What all have just been told is not told again. */
const TELL_AGAIN_MS = 1_000;
/** Other operations than questions and answers, and failures (RFC 6762, sections 18.3 and 18.11). */
const NOT_OURS = 0x780f;
/** Seconds that a plain resolver may keep an answer: it hears no goodbye. */
const LEGACY_TTL = 10;

export interface ClaimOptions {
  readonly link: Pick<MdnsLink, "send">;
  readonly clock: Clock;
  /** The names are free, and the hub's from now on. */
  readonly onTaken: () => void;
  /** Somebody else answers for a name that is asked for (`probing`), or that was the hub's. */
  readonly onConflict: (claimed: Claimed, phase: "probing" | "taken") => void;
}

export class Responder {
  readonly #options: ClaimOptions;
  #records: Records;
  #phase: "idle" | "probing" | "taken" = "idle";
  #probes = 0;
  /** Ends the wait for the next probe or announcement. */
  #endWait: () => void = () => undefined;
  #endAnswer: () => void = () => undefined;
  readonly #waiting = new Set<DnsRecord>();
  readonly #toldAtMs = new Map<string, number>();

  constructor(records: Records, options: ClaimOptions) {
    this.#records = records;
    this.#options = options;
  }

  get isTaken(): boolean {
    return this.#phase === "taken";
  }

  /** Asks, from `delayMs` on, whether the names are free. */
  probe(records: Records, delayMs: number): void {
    this.end();
    this.#records = records;
    this.#phase = "probing";
    this.#wait(delayMs, () => this.#probe());
  }

  /** Another link has changed: the names are the same. */
  update(records: Records): void {
    this.#records = records;
  }

  /** Takes everything back that was told here, and nothing that others told of the same names. */
  async goodbye(): Promise<void> {
    if (!this.isTaken) return;
    this.end();
    await this.#tell(announced(this.#records).map((record) => ({ ...record, ttl: 0, flush: false })));
  }

  /** Says and answers nothing more. */
  end(): void {
    this.#phase = "idle";
    this.#probes = 0;
    this.#endWait();
    this.#endAnswer();
    this.#waiting.clear();
    this.#toldAtMs.clear();
  }

  /** Anybody may send anything; what is no packet is nothing. */
  receive(bytes: Buffer, sender: Sender): void {
    const packet = decoded(bytes);
    if (packet === null || (packet.flags & NOT_OURS) !== 0 || this.#phase === "idle") return;
    // Responses come from the port itself, or from somebody who may not send any (RFC 6762, section 6).
    if (packet.type === "query") this.#hearQuery(packet, sender);
    else if (sender.port === MDNS_PORT) this.#hearResponse([...packet.answers, ...packet.additionals]);
  }

  #probe(): void {
    if (this.#probes === PROBES) {
      this.#phase = "taken";
      this.#options.onTaken();
      this.#announce(0);
      return;
    }
    this.#probes++;
    const { names, claimed } = this.#records;
    const questions = [...names.keys()].map((name) => ({ name, type: "ANY" }));
    const authorities = claimed.map((record) => ({ ...record, flush: false }));
    void this.#options.link.send(encode({ type: "query", questions, authorities }));
    this.#wait(PROBE_INTERVAL_MS, () => this.#probe());
  }

  #announce(round: number): void {
    void this.#tell(announced(this.#records));
    const againMs = ANNOUNCE_AGAIN_MS[round];
    if (againMs !== undefined) this.#wait(againMs, () => this.#announce(round + 1));
  }

  #hearResponse(records: readonly DnsRecord[]): void {
    // What came before the first probe was meant for somebody else.
    if (this.#phase === "probing" && this.#probes === 0) return;
    for (const record of records) {
      const claimed = claimedByAnother(record, this.#records);
      if (claimed === null || this.#phase === "idle") continue;
      this.#options.onConflict(claimed, this.#phase);
      return;
    }
    // Somebody who spoke for the same name and address has left: it is still the hub's.
    const own = (record: DnsRecord) => record.ttl === 0 && this.#records.own.has(keyOf(record));
    if (this.#phase === "taken" && records.some((record) => isOfNames(record, this.#records) && own(record))) {
      this.#toldAtMs.clear();
      this.#announce(ANNOUNCE_AGAIN_MS.length);
    }
  }

  #hearQuery({ id, questions, answers, authorities }: Required<Packet>, sender: Sender): void {
    if (this.#phase === "probing") {
      if (this.#probes > 0 && losesTo(authorities, this.#records)) this.probe(this.#records, GIVE_WAY_MS);
      return;
    }
    const right = answersTo(questions, answers, this.#records);
    if (right.answers.length === 0) return;
    if (sender.port !== MDNS_PORT) {
      void this.#options.link.send(encode({ ...forLegacy(right), id, questions }), sender);
      return;
    }
    // To all, even where the question asks for an answer to itself alone: Pis run more than one program that listens
    // on this port, and what is sent to one address reaches only one of them.
    const isProbe = authorities.length > 0;
    if (isProbe) void this.#tell(right.answers, right.additionals);
    else if (right.answers.every(({ flush }) => flush)) this.#tellOnce(right);
    else this.#tellSoon(right);
  }

  #tellSoon({ answers }: Answers): void {
    const isFirst = this.#waiting.size === 0;
    for (const answer of answers) this.#waiting.add(answer);
    if (!isFirst) return;
    this.#endAnswer = after(this.#options.clock, ANSWER_AFTER_MS + Math.random() * ANSWER_WITHIN_MS, () => {
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      const questions = waiting.map(({ name, type }) => ({ name, type }));
      this.#tellOnce(answersTo(questions, [], this.#records));
    });
  }

  #tellOnce({ answers, additionals }: Answers): void {
    const nowMs = this.#options.clock.now();
    const isNew = (record: DnsRecord) => Math.abs(nowMs - (this.#toldAtMs.get(keyOf(record)) ?? 0)) >= TELL_AGAIN_MS;
    const news = answers.filter(isNew);
    if (news.length > 0) void this.#tell(news, additionals);
  }

  async #tell(answers: readonly DnsRecord[], additionals: readonly DnsRecord[] = []): Promise<void> {
    const nowMs = this.#options.clock.now();
    for (const record of answers) this.#toldAtMs.set(keyOf(record), nowMs);
    const packet = { type: "response", flags: AUTHORITATIVE_ANSWER } as const;
    await this.#options.link.send(encode({ ...packet, answers: [...answers], additionals: [...additionals] }));
  }

  #wait(ms: number, task: () => void): void {
    this.#endWait();
    this.#endWait = after(this.#options.clock, ms, task);
  }
}

/** A resolver that asks from a port of its own knows nothing of multicast (RFC 6762, section 6.7). */
function forLegacy({ answers, additionals }: Answers): Packet {
  const plain = (record: DnsRecord) => ({ ...record, flush: false, ttl: Math.min(record.ttl, LEGACY_TTL) });
  const flags = AUTHORITATIVE_ANSWER;
  return { type: "response", flags, answers: answers.map(plain), additionals: additionals.map(plain) };
}

function isOfNames({ name }: DnsRecord, { names }: Records): boolean {
  return names.has(name.toLowerCase());
}

function decoded(bytes: Buffer): Required<Packet> | null {
  try {
    return decode(bytes);
  } catch {
    return null;
  }
}

function after(clock: Clock, ms: number, task: () => void): () => void {
  const end = clock.every(Math.max(1, ms), () => {
    end();
    task();
  });
  return end;
}
