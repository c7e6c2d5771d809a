// Sessions of people and links. A session is a signed token that names a record here: it is valid while both are, so it can be
// ended.

import { type Static, Type } from "typebox";
import { Role, type Session } from "../../../shared/security/access.ts";
import { OWNER } from "../../../shared/security/roles.ts";
import type { Clock } from "../../clock.ts";
import type { RecordCollection, RecordKind } from "../../store/records.ts";
import type { Principal } from "../principal.ts";
import { makeSecret } from "../secrets.ts";
import type { People } from "./people.ts";
import type { Shares } from "./shares.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** The subject of a session. */
const SessionSubject = Type.Union([
  /** Opened the printed link, or one that the shell made. */
  Type.Object({ kind: Type.Literal("owner") }),
  Type.Object({ kind: Type.Literal("person"), name: Type.String() }),
  Type.Object({ kind: Type.Literal("share"), id: Type.String() }),
]);
export type SessionSubject = Static<typeof SessionSubject>;

const SessionRecord = Type.Object({
  id: Type.String(),
  subject: SessionSubject,
  role: Role,
  createdMs: Type.Integer(),
  lastSeenMs: Type.Integer(),
  expiresMs: Type.Integer(),
  address: Type.String(),
  userAgent: Type.String(),
});
type SessionRecord = Static<typeof SessionRecord>;

export const sessionRecords: RecordKind<typeof SessionRecord> = {
  name: "session",
  schema: SessionRecord,
  idOf: ({ id }) => id,
};

export const SESSION_LIFE_MS = 30 * 86_400_000;
const MAX_SESSIONS = 1_000;
const MAX_USER_AGENT_CHARACTERS = 200;
/** Resolution of the time and address at which a session was last used. */
const SEEN_EVERY_MS = 600_000;

/** The browser that signs in. */
export interface SignInFrom {
  readonly address: string;
  readonly userAgent: string;
}

export interface SessionsOptions {
  readonly clock: Clock;
  readonly people: Pick<People, "get">;
  readonly shares: Pick<Shares, "get" | "devicesOf">;
  readonly signingKeys: Pick<SigningKeys, "sign" | "verify">;
  /** Called when a session has ended: connections by it have to end. */
  readonly onEnded: (id: string) => void;
  readonly onSaveFailed: (error: unknown) => void;
}

/** "expired": it was valid once, so it is no guess. */
export type SessionOutcome = Principal | "expired" | "forged";

export function isSameSubject(a: SessionSubject, b: SessionSubject): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export class Sessions {
  readonly #options: SessionsOptions;
  /** The oldest first. */
  readonly #sessions = new Map<string, SessionRecord>();
  #records: RecordCollection<SessionRecord> | null = null;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  async start(records: RecordCollection<SessionRecord>): Promise<void> {
    this.#records = records;
    for (const record of await records.list()) this.#sessions.set(record.id, record);
  }

  /** Signs in; resolves with the session's token once it is on disk. */
  async create(subject: SessionSubject, role: Role, { address, userAgent }: SignInFrom): Promise<string> {
    const nowMs = this.#options.clock.now();
    const shareEndsMs = subject.kind === "share" ? this.#options.shares.get(subject.id)?.expiresMs : undefined;
    const record: SessionRecord = {
      id: makeSecret(),
      subject,
      role,
      createdMs: nowMs,
      lastSeenMs: nowMs,
      expiresMs: Math.min(nowMs + SESSION_LIFE_MS, shareEndsMs ?? Number.MAX_SAFE_INTEGER),
      address,
      userAgent: userAgent.slice(0, MAX_USER_AGENT_CHARACTERS),
    };
    const over = [...this.#sessions.keys()].slice(0, Math.max(0, this.#sessions.size + 1 - MAX_SESSIONS));
    const expired = [...this.#sessions.values()].filter(({ expiresMs }) => expiresMs <= nowMs).map(({ id }) => id);
    const gone = [...new Set([...over, ...expired])];
    // At once, so that further sign-ins meanwhile are counted.
    for (const id of gone) this.#end(id);
    this.#sessions.set(record.id, record);
    try {
      await this.#records?.save([record], gone);
    } catch (error) {
      this.#sessions.delete(record.id);
      throw error;
    }
    return this.#options.signingKeys.sign(record.id, record.expiresMs);
  }

  /** The session of a token. */
  async find(token: string, address: string): Promise<SessionOutcome> {
    const verified = await this.#options.signingKeys.verify(token);
    if (verified.kind !== "session") return verified.kind;
    const record = this.#sessions.get(verified.id);
    if (record === undefined || record.expiresMs <= this.#options.clock.now()) return "expired";
    this.#seen(record, address);
    return this.#principalOf(record) ?? "expired";
  }

  /** Whether a session, by its id, is valid. */
  isOpen(id: string): boolean {
    const record = this.#sessions.get(id);
    return record !== undefined && record.expiresMs > this.#options.clock.now();
  }

  /** The valid sessions; `current` marks the one of the request. */
  list(current: string | null): Session[] {
    const nowMs = this.#options.clock.now();
    const open = [...this.#sessions.values()].filter(({ expiresMs }) => expiresMs > nowMs);
    return open.map(({ subject, ...record }) => ({
      ...record,
      name: subject.kind === "person" ? subject.name : subject.kind === "share" ? `share:${subject.id}` : OWNER,
      current: record.id === current,
    }));
  }

  /**
   * Ends a session at once. Resolves once that is on disk; with false where there is none. Where it cannot be saved the session is
   * back, so that it can be ended again.
   */
  async end(id: string): Promise<boolean> {
    const record = this.#sessions.get(id);
    if (record === undefined) return false;
    await this.#endAll([record]);
    return true;
  }

  /** The same for all of a person, or of a shared link. */
  async endOf(subject: SessionSubject): Promise<void> {
    const records = [...this.#sessions.values()].filter((one) => isSameSubject(one.subject, subject));
    if (records.length > 0) await this.#endAll(records);
  }

  async #endAll(ended: readonly SessionRecord[]): Promise<void> {
    const ids = ended.map(({ id }) => id);
    for (const id of ids) this.#end(id);
    try {
      await this.#records?.save([], ids);
    } catch (error) {
      for (const record of ended) this.#sessions.set(record.id, record);
      throw error;
    }
  }

  #end(id: string): void {
    if (this.#sessions.delete(id)) this.#options.onEnded(id);
  }

  #principalOf({ id, subject }: SessionRecord): Principal | null {
    switch (subject.kind) {
      case "owner":
        return { kind: "person", name: OWNER, role: "admin", session: id };
      case "person": {
        const person = this.#options.people.get(subject.name);
        return person === undefined
          ? null
          : {
              kind: "person",
              name: person.name,
              role: person.role,
              ...(person.rooms && { rooms: person.rooms }),
              session: id,
            };
      }
      case "share": {
        const devices = this.#options.shares.devicesOf(subject.id);
        return devices.length === 0 ? null : { kind: "share", id: subject.id, devices, role: "viewer", session: id };
      }
    }
  }

  #seen(record: SessionRecord, address: string): void {
    const nowMs = this.#options.clock.now();
    const isRecent = Math.abs(nowMs - record.lastSeenMs) < SEEN_EVERY_MS;
    if (isRecent && record.address === address) return;
    const seen = { ...record, lastSeenMs: nowMs, address };
    this.#sessions.set(record.id, seen);
    this.#records?.save([seen]).catch(this.#options.onSaveFailed);
  }
}
