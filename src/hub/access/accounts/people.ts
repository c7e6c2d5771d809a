// The people who may sign in with a name and a password.
// Invariant: a change is in force once it is on disk, and nothing that was read before it is saved behind it: hashing a password
// takes long, and much may happen meanwhile.

import { type Static, Type } from "typebox";
import type { Problem } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import { type NewPerson, type Person, type PersonChanges, Role } from "../../../shared/security/access.ts";
import { OWNER } from "../../../shared/security/roles.ts";
import type { Clock } from "../../clock.ts";
import { Mutex } from "../../mutex.ts";
import type { RecordCollection, RecordKind } from "../../store/records.ts";
import { PasswordHash, Passwords } from "./passwords.ts";

const PersonRecord = Type.Object({
  name: Type.String(),
  role: Role,
  rooms: Type.Optional(Type.Array(Type.String())),
  password: PasswordHash,
  createdMs: Type.Integer(),
  lastSignInMs: Type.Optional(Type.Integer()),
});
type PersonRecord = Static<typeof PersonRecord>;

export const personRecords: RecordKind<typeof PersonRecord> = {
  name: "person",
  schema: PersonRecord,
  idOf: ({ name }) => keyOf(name),
};

const MAX_PEOPLE = 1_000;

export interface PeopleOptions {
  readonly clock: Clock;
  /** Called when a person's rights or password have changed: their sessions end. */
  readonly onChanged: (name: string) => void;
  readonly onSaveFailed: (error: unknown) => void;
}

export class People {
  readonly #options: PeopleOptions;
  readonly #passwords = new Passwords();
  readonly #people = new Map<string, PersonRecord>();
  readonly #changes = new Mutex();
  #records: RecordCollection<PersonRecord> | null = null;

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  async start(records: RecordCollection<PersonRecord>): Promise<void> {
    this.#records = records;
    for (const record of await records.list()) this.#people.set(keyOf(record.name), record);
  }

  get(name: string): Person | undefined {
    const record = this.#people.get(keyOf(name));
    return record && shown(record);
  }

  list(): Person[] {
    return [...this.#people.values()].map(shown);
  }

  /** The person with this name and password. It takes as long for an unknown name. */
  async signIn(name: string, password: string): Promise<Person | "wrong" | "busy"> {
    const record = this.#people.get(keyOf(name)) ?? null;
    const outcome = await this.#passwords.check(password, record?.password ?? null);
    if (outcome !== "right" || record === null) return outcome === "busy" ? "busy" : "wrong";
    return this.#changes.runExclusive(async () => {
      const present = this.#people.get(keyOf(name));
      // The person was removed meanwhile, or has another password.
      if (present?.password.hash !== record.password.hash) return "wrong";
      const seen = { ...present, lastSignInMs: this.#options.clock.now() };
      this.#people.set(keyOf(name), seen);
      this.#records?.save([seen]).catch(this.#options.onSaveFailed);
      return shown(seen);
    });
  }

  /** Resolves once it is on disk. */
  add(person: NewPerson): Promise<Person | Problem> {
    return this.#changes.runExclusive(() => this.#add(person));
  }

  /** Resolves once it is on disk. The sessions of the person end, since they were granted under other rights or another password. */
  change(name: string, changes: PersonChanges): Promise<Person | Problem> {
    return this.#changes.runExclusive(() => this.#change(name, changes));
  }

  /** Resolves once it is on disk. */
  remove(name: string): Promise<Problem | null> {
    return this.#changes.runExclusive(async () => {
      const record = this.#people.get(keyOf(name));
      if (record === undefined) return message("no-such-person", { name });
      await this.#records?.save([], [keyOf(name)]);
      this.#people.delete(keyOf(name));
      this.#options.onChanged(record.name);
      return null;
    });
  }

  async #add({ name, role, rooms, password }: NewPerson): Promise<Person | Problem> {
    const isTaken = this.#people.has(keyOf(name)) || keyOf(name) === OWNER;
    if (isTaken || name.trim() !== name) return message(isTaken ? "person-exists" : "bad-value/person", { name });
    if (this.#people.size >= MAX_PEOPLE) return message("too-many-people", { limit: MAX_PEOPLE });
    const record: PersonRecord = {
      name,
      role,
      ...(rooms && { rooms }),
      password: await this.#passwords.hash(password),
      createdMs: this.#options.clock.now(),
    };
    await this.#save(record);
    return shown(record);
  }

  async #change(name: string, { role, rooms, password }: PersonChanges): Promise<Person | Problem> {
    const before = this.#people.get(keyOf(name));
    if (before === undefined) return message("no-such-person", { name });
    const { rooms: roomsBefore, ...rest } = before;
    const roomsAfter = rooms === undefined ? roomsBefore : (rooms ?? undefined);
    const record: PersonRecord = {
      ...rest,
      ...(role && { role }),
      ...(roomsAfter && { rooms: roomsAfter }),
      ...(password !== undefined && { password: await this.#passwords.hash(password) }),
    };
    await this.#save(record);
    this.#options.onChanged(record.name);
    return shown(record);
  }

  async #save(record: PersonRecord): Promise<void> {
    await this.#records?.save([record]);
    this.#people.set(keyOf(record.name), record);
  }
}

/** Names that look the same are equal. */
function keyOf(name: string): string {
  return name.normalize("NFKC").trim().toLowerCase();
}

function shown({ name, role, rooms, createdMs, lastSignInMs }: PersonRecord): Person {
  return { name, role, ...(rooms && { rooms }), createdMs, lastSignInMs: lastSignInMs ?? null };
}
