// Keys of programs: each has a role, perhaps rooms, perhaps an end.
import { type Static, Type } from "typebox";
import type { Problem } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import { type ApiKey, type NewApiKey, type NewApiKeyRequest, Role } from "../../../shared/security/access.ts";
import { DAY_MS } from "../../../shared/time.ts";
import type { Clock } from "../../clock.ts";
import type { RecordCollection, RecordKind } from "../../store/records.ts";
import { hashOf, makeKey, makeSecret, type SecretDigest, shownPrefix } from "../secrets.ts";

const ApiKeyRecord = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Role,
  rooms: Type.Optional(Type.Array(Type.String())),
  hash: Type.String(),
  prefix: Type.String(),
  createdMs: Type.Integer(),
  createdBy: Type.String(),
  expiresMs: Type.Union([Type.Integer(), Type.Null()]),
  lastUsedMs: Type.Optional(Type.Integer()),
});
export type ApiKeyRecord = Static<typeof ApiKeyRecord>;

export const apiKeyRecords: RecordKind<typeof ApiKeyRecord> = {
  name: "api-key",
  schema: ApiKeyRecord,
  idOf: ({ id }) => id,
};

const ID_CHARACTERS = 12;
const MAX_API_KEYS = 1_000;
const USED_EVERY_MS = 3_600_000;

export interface ApiKeysOptions {
  readonly clock: Clock;
  /** Called when a key has become invalid: connections by it have to end. */
  readonly onEnded: (id: string) => void;
  readonly onSaveFailed: (error: unknown) => void;
}

export class ApiKeys {
  readonly #options: ApiKeysOptions;
  readonly #byHash = new Map<string, ApiKeyRecord>();
  #records: RecordCollection<ApiKeyRecord> | null = null;

  constructor(options: ApiKeysOptions) {
    this.#options = options;
  }

  async start(records: RecordCollection<ApiKeyRecord>): Promise<void> {
    this.#records = records;
    for (const record of await records.list()) this.#byHash.set(record.hash, record);
  }

  /** The key of a secret, which is marked as used; undefined where there is none, or it has expired. */
  use({ hash }: Pick<SecretDigest, "hash">): ApiKeyRecord | undefined {
    const record = this.#byHash.get(hash);
    const nowMs = this.#options.clock.now();
    if (record === undefined || (record.expiresMs !== null && record.expiresMs <= nowMs)) return undefined;
    if (Math.abs(nowMs - (record.lastUsedMs ?? 0)) > USED_EVERY_MS) {
      const used = { ...record, lastUsedMs: nowMs };
      this.#byHash.set(hash, used);
      this.#records?.save([used]).catch(this.#options.onSaveFailed);
    }
    return record;
  }

  /** Keys that have expired, and are still listed. */
  expiredIds(): ReadonlySet<string> {
    const nowMs = this.#options.clock.now();
    const expired = [...this.#byHash.values()].filter(({ expiresMs }) => expiresMs !== null && expiresMs <= nowMs);
    return new Set(expired.map(({ id }) => id));
  }

  list(): ApiKey[] {
    return [...this.#byHash.values()].map(shown);
  }

  async create(request: NewApiKeyRequest, createdBy: string): Promise<NewApiKey | Problem> {
    if (this.#byHash.size >= MAX_API_KEYS) return message("too-many-keys", { limit: MAX_API_KEYS });
    const { name, role, rooms, expiresInDays } = request;
    const key = makeKey();
    const createdMs = this.#options.clock.now();
    const record: ApiKeyRecord = {
      id: makeSecret().slice(0, ID_CHARACTERS),
      name,
      role,
      ...(rooms && { rooms }),
      hash: hashOf(key),
      prefix: shownPrefix(key),
      createdMs,
      createdBy,
      expiresMs: expiresInDays === undefined ? null : Math.round(createdMs + expiresInDays * DAY_MS),
    };
    await this.#records?.save([record]);
    this.#byHash.set(record.hash, record);
    return { key, ...shown(record) };
  }

  /** Revokes it at once. Resolves once that is on disk; where it cannot be saved the key is back, so that it can be revoked again. */
  async revoke(id: string): Promise<Problem | null> {
    const record = [...this.#byHash.values()].find((one) => one.id === id);
    if (record === undefined) return message("no-such-key/api", { id });
    this.#byHash.delete(record.hash);
    this.#options.onEnded(id);
    try {
      await this.#records?.save([], [id]);
    } catch (error) {
      this.#byHash.set(record.hash, record);
      throw error;
    }
    return null;
  }
}

function shown({ hash: _, lastUsedMs, ...record }: ApiKeyRecord): ApiKey {
  return { ...record, lastUsedMs: lastUsedMs ?? null };
}
