// Links that show one device to whoever has them, until they expire or are revoked.
import { type Static, Type } from "typebox";
import type { Problem } from "../../../shared/errors.ts";
import type { DeviceId } from "../../../shared/ids.ts";
import { message } from "../../../shared/messages/message.ts";
import type { NewShare, Share } from "../../../shared/security/access.ts";
import type { Clock } from "../../clock.ts";
import type { RecordCollection, RecordKind } from "../../store/records.ts";
import { digestOf, makeSecret } from "./secrets.ts";

const ShareRecord = Type.Object({
  id: Type.String(),
  device: Type.Unsafe<DeviceId>(Type.String()),
  hash: Type.String(),
  createdMs: Type.Integer(),
  createdBy: Type.String(),
  expiresMs: Type.Integer(),
});
type ShareRecord = Static<typeof ShareRecord>;

export const shareRecords: RecordKind<typeof ShareRecord> = {
  name: "share",
  schema: ShareRecord,
  idOf: ({ id }) => id,
  deviceOf: ({ device }) => device,
};

const DAY_MS = 86_400_000;
const ID_CHARACTERS = 12;
const MAX_SHARES = 1_000;

export interface SharesOptions {
  readonly clock: Clock;
  /** Called when a link has ended to count: who looks by it has to go. */
  readonly onEnded: (id: string) => void;
}

export class Shares {
  readonly #options: SharesOptions;
  readonly #byId = new Map<string, ShareRecord>();
  #records: RecordCollection<ShareRecord> | null = null;

  constructor(options: SharesOptions) {
    this.#options = options;
  }

  async start(records: RecordCollection<ShareRecord>): Promise<void> {
    this.#records = records;
    for (const record of await records.list()) this.#byId.set(record.id, record);
  }

  /** The link with this secret; undefined where there is none, or it has expired. */
  find(secret: string): Share | undefined {
    const { hash } = digestOf(secret);
    return this.list().find(({ id }) => this.#byId.get(id)?.hash === hash);
  }

  /** Undefined where it has expired. */
  get(id: string): ShareRecord | undefined {
    const record = this.#byId.get(id);
    return record !== undefined && record.expiresMs > this.#options.clock.now() ? record : undefined;
  }

  /** Those that count. */
  list(): Share[] {
    return [...this.#byId.keys()].flatMap((id) => this.get(id) ?? []).map(shown);
  }

  async create(device: DeviceId, expiresInDays: number, createdBy: string): Promise<NewShare | Problem> {
    const nowMs = this.#options.clock.now();
    const expired = [...this.#byId.values()].filter(({ expiresMs }) => expiresMs <= nowMs).map(({ id }) => id);
    for (const id of expired) this.#byId.delete(id);
    if (this.#byId.size >= MAX_SHARES) return message("too-many-shares", { limit: MAX_SHARES });
    const secret = makeSecret();
    const record: ShareRecord = {
      id: makeSecret().slice(0, ID_CHARACTERS),
      device,
      hash: digestOf(secret).hash,
      createdMs: nowMs,
      createdBy,
      expiresMs: Math.round(nowMs + expiresInDays * DAY_MS),
    };
    await this.#records?.save([record], expired);
    this.#byId.set(record.id, record);
    return { secret, ...shown(record) };
  }

  async revoke(id: string): Promise<Problem | null> {
    if (!this.#byId.delete(id)) return message("no-such-share", { id });
    this.#options.onEnded(id);
    await this.#records?.save([], [id]);
    return null;
  }

  /** The device is gone, and its records with it. */
  forgetDevice(device: DeviceId): void {
    for (const record of [...this.#byId.values()]) {
      if (record.device !== device) continue;
      this.#byId.delete(record.id);
      this.#options.onEnded(record.id);
    }
  }
}

function shown({ hash: _, ...share }: ShareRecord): Share {
  return share;
}
