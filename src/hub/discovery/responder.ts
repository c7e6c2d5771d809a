// The prober and responder of one interface (RFC 6762, sections 6 to 10): it probes the hub's names, announces its
// records, then answers queries. It answers nothing before probing has succeeded. A conflict is reported; the
// advertiser decides which names are probed next.
import { AUTHORITATIVE_ANSWER, type DnsRecord, decode, encode, type Packet } from "dns-packet";
import type { Clock } from "../clock.ts";
import { MDNS_PORT, type MdnsLink, type Sender } from "./multicast-socket.ts";
import { countRecords, HEADER_BYTES } from "./record-count.ts";
import {
  type Answers,
  announced,
  answersTo,
  conflictingName,
  keyOf,
  losesTiebreak,
  type NameKind,
  type Records,
} from "./records.ts";

/** Probing: RFC 6762, section 8.1. */
const PROBE_COUNT = 3;
const PROBE_INTERVAL_MS = 250;
/** RFC 6762, section 8.2. */
const TIEBREAK_LOSER_DELAY_MS = 1_000;
/** Between announcements, at least doubled each time; a host that misses the first receives a later one (section 8.3). */
const ANNOUNCEMENT_INTERVALS_MS = [1_000, 2_000];
/** Shared records are answered after 20 to 120 ms, so that responders do not collide (section 6). */
const MIN_SHARED_ANSWER_DELAY_MS = 20;
const SHARED_ANSWER_DELAY_SPREAD_MS = 100;
/** A record is multicast at most once a second (section 6). */
const MIN_MULTICAST_INTERVAL_MS = 1_000;
/** Packets with another opcode or response code than 0 are ignored (sections 18.3 and 18.11). */
const OPCODE_AND_RCODE_MASK = 0x780f;
/** An Ethernet packet has room for a hundred, and they take a millisecond; the largest packet has four thousand. */
const MAX_RECORDS_PER_PACKET = 200;
/** A legacy resolver receives no goodbye, so its TTL is capped (section 6.7). */
const MAX_LEGACY_TTL_SECONDS = 10;

export interface ResponderOptions {
  readonly link: Pick<MdnsLink, "send">;
  readonly clock: Clock;
  /** Probing has succeeded: the names are the hub's on this link. */
  readonly onEstablished: () => void;
  /** Another host holds a name that is being probed, or that was established (section 9). */
  readonly onConflict: (kind: NameKind, phase: "probing" | "established") => void;
}

export class Responder {
  readonly #options: ResponderOptions;
  #records: Records;
  #phase: "idle" | "probing" | "established" = "idle";
  #probes = 0;
  /** Cancels the next probe or announcement. */
  #endTimer: () => void = () => undefined;
  #endAnswerTimer: () => void = () => undefined;
  readonly #pendingAnswers = new Set<DnsRecord>();
  readonly #multicastAtMs = new Map<string, number>();

  constructor(records: Records, options: ResponderOptions) {
    this.#records = records;
    this.#options = options;
  }

  get isEstablished(): boolean {
    return this.#phase === "established";
  }

  /** Starts to probe the names in `records`, after `delayMs`. */
  probe(records: Records, delayMs: number): void {
    this.end();
    this.#records = records;
    this.#phase = "probing";
    this.#schedule(delayMs, () => this.#probe());
  }

  /** Replaces the records without probing: the names are the same, addresses on other links have changed. */
  update(records: Records): void {
    this.#records = records;
  }

  /** Multicasts goodbyes (section 10.1), without the cache-flush bit: others may have records of the same names. */
  async goodbye(): Promise<void> {
    if (!this.isEstablished) return;
    this.end();
    await this.#multicast(announced(this.#records).map((record) => ({ ...record, ttl: 0, flush: false })));
  }

  /** Cancels probes, announcements and answers; the responder stays silent until `probe()`. */
  end(): void {
    this.#phase = "idle";
    this.#probes = 0;
    this.#endTimer();
    this.#endAnswerTimer();
    this.#pendingAnswers.clear();
    this.#multicastAtMs.clear();
  }

  /** Handles a packet from the link; bytes that are no DNS packet are ignored. */
  receive(bytes: Buffer, sender: Sender): void {
    const packet = decodeOrNull(bytes);
    if (packet === null || (packet.flags & OPCODE_AND_RCODE_MASK) !== 0 || this.#phase === "idle") return;
    // Responses whose source port is not 5353 are ignored (section 6).
    if (packet.type === "query") this.#onQuery(packet, sender);
    else if (sender.port === MDNS_PORT) this.#onResponse([...packet.answers, ...packet.additionals]);
  }

  #probe(): void {
    if (this.#probes === PROBE_COUNT) {
      this.#phase = "established";
      this.#options.onEstablished();
      this.#announce(0);
      return;
    }
    this.#probes++;
    const { names, probed } = this.#records;
    const questions = [...names.keys()].map((name) => ({ name, type: "ANY" }));
    const authorities = probed.map((record) => ({ ...record, flush: false }));
    void this.#options.link.send(encode({ type: "query", questions, authorities }));
    this.#schedule(PROBE_INTERVAL_MS, () => this.#probe());
  }

  #announce(round: number): void {
    void this.#multicast(announced(this.#records));
    const againMs = ANNOUNCEMENT_INTERVALS_MS[round];
    if (againMs !== undefined) this.#schedule(againMs, () => this.#announce(round + 1));
  }

  #onResponse(records: readonly DnsRecord[]): void {
    // A response before the first probe cannot answer it (section 8.1).
    if (this.#phase === "probing" && this.#probes === 0) return;
    for (const record of records) {
      const kind = conflictingName(record, this.#records);
      if (kind === null || this.#phase === "idle") continue;
      this.#options.onConflict(kind, this.#phase);
      return;
    }
    // Another responder on this machine sent a goodbye for a record that is the hub's too: announce it again.
    const isOwnGoodbye = (record: DnsRecord) => record.ttl === 0 && this.#records.own.has(keyOf(record));
    if (
      this.#phase === "established" &&
      records.some((record) => isOfNames(record, this.#records) && isOwnGoodbye(record))
    ) {
      this.#multicastAtMs.clear();
      this.#announce(ANNOUNCEMENT_INTERVALS_MS.length);
    }
  }

  #onQuery({ id, questions, answers, authorities }: Required<Packet>, sender: Sender): void {
    if (this.#phase === "probing") {
      if (this.#probes > 0 && losesTiebreak(authorities, this.#records))
        this.probe(this.#records, TIEBREAK_LOSER_DELAY_MS);
      return;
    }
    const matching = answersTo(questions, answers, this.#records);
    if (matching.answers.length === 0) return;
    if (sender.port !== MDNS_PORT) {
      void this.#options.link.send(encode({ ...legacyResponse(matching), id, questions }), sender);
      return;
    }
    // Multicast even where the QU bit asks for unicast (section 5.4): a unicast packet reaches only one of the sockets
    // that share port 5353 on a Pi.
    const isProbe = authorities.length > 0;
    if (isProbe) void this.#multicast(matching.answers, matching.additionals);
    else if (matching.answers.every(({ flush }) => flush)) this.#multicastUnlessRecent(matching);
    else this.#multicastDelayed(matching);
  }

  #multicastDelayed({ answers }: Answers): void {
    const isFirst = this.#pendingAnswers.size === 0;
    for (const answer of answers) this.#pendingAnswers.add(answer);
    if (!isFirst) return;
    this.#endAnswerTimer = after(
      this.#options.clock,
      MIN_SHARED_ANSWER_DELAY_MS + Math.random() * SHARED_ANSWER_DELAY_SPREAD_MS,
      () => {
        const pending = [...this.#pendingAnswers];
        this.#pendingAnswers.clear();
        const questions = pending.map(({ name, type }) => ({ name, type }));
        this.#multicastUnlessRecent(answersTo(questions, [], this.#records));
      },
    );
  }

  #multicastUnlessRecent({ answers, additionals }: Answers): void {
    const nowMs = this.#options.clock.now();
    const isDue = (record: DnsRecord) =>
      Math.abs(nowMs - (this.#multicastAtMs.get(keyOf(record)) ?? 0)) >= MIN_MULTICAST_INTERVAL_MS;
    const due = answers.filter(isDue);
    if (due.length > 0) void this.#multicast(due, additionals);
  }

  async #multicast(answers: readonly DnsRecord[], additionals: readonly DnsRecord[] = []): Promise<void> {
    const nowMs = this.#options.clock.now();
    for (const record of answers) this.#multicastAtMs.set(keyOf(record), nowMs);
    const packet = { type: "response", flags: AUTHORITATIVE_ANSWER } as const;
    await this.#options.link.send(encode({ ...packet, answers: [...answers], additionals: [...additionals] }));
  }

  #schedule(ms: number, task: () => void): void {
    this.#endTimer();
    this.#endTimer = after(this.#options.clock, ms, task);
  }
}

/** A query from another port than 5353 comes from a legacy resolver: no cache-flush bit, short TTLs (section 6.7). */
function legacyResponse({ answers, additionals }: Answers): Packet {
  const toLegacy = (record: DnsRecord) => ({
    ...record,
    flush: false,
    ttl: Math.min(record.ttl, MAX_LEGACY_TTL_SECONDS),
  });
  const flags = AUTHORITATIVE_ANSWER;
  return { type: "response", flags, answers: answers.map(toLegacy), additionals: additionals.map(toLegacy) };
}

function isOfNames({ name }: DnsRecord, { names }: Records): boolean {
  return names.has(name.toLowerCase());
}

function decodeOrNull(bytes: Buffer): Required<Packet> | null {
  if (bytes.length < HEADER_BYTES || countRecords(bytes) > MAX_RECORDS_PER_PACKET) return null;
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
