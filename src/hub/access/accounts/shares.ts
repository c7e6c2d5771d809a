// Links that show one device, or a named comparison of several, to anyone who has the link, until it expires or is revoked.
// Invariant: a link never shows more than on the day it was made; it ends with the device or comparison.
import { type Static, Type } from "typebox";
import type { Problem } from "../../../shared/errors.ts";
import type { DeviceId } from "../../../shared/ids.ts";
import { message } from "../../../shared/messages/message.ts";
import type { NewShare, Share } from "../../../shared/security/access.ts";
import { DAY_MS } from "../../../shared/time.ts";
import type { Clock } from "../../clock.ts";
import type { RecordCollection, RecordKind } from "../../store/records.ts";
import { hashOf, makeSecret } from "../secrets.ts";

const ShareRecord = Type.Object({
  id: Type.String(),
  device: Type.Optional(Type.Unsafe<DeviceId>(Type.String())),
  view: Type.Optional(
    Type.Object({ id: Type.String(), devices: Type.Array(Type.String(), { description: "of its series" }) }),
  ),
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
  deviceOf: ({ device }) => device ?? null,
};

const ID_CHARACTERS = 12;
const MAX_SHARES = 1_000;

/** The subject of a link. */
export type ShareSubject =
  | { readonly device: DeviceId }
  | { readonly view: { readonly id: string; readonly devices: string[] } };

export interface SharesOptions {
  readonly clock: Clock;
  /** Called when a link has become invalid: connections by it have to end. */
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
    const hash = hashOf(secret);
    return this.list().find(({ id }) => this.#byId.get(id)?.hash === hash);
  }

  /** Undefined where it has expired. */
  get(id: string): Share | undefined {
    const record = this.#record(id);
    return record && shown(record);
  }

  /** The devices that a link shows; none where it has expired. */
  devicesOf(id: string): readonly string[] {
    const record = this.#record(id);
    return record === undefined ? [] : devicesOf(record);
  }

  /** The valid links. */
  list(): Share[] {
    return [...this.#byId.keys()].flatMap((id) => this.get(id) ?? []);
  }

  async create(subject: ShareSubject, expiresInDays: number, createdBy: string): Promise<NewShare | Problem> {
    const nowMs = this.#options.clock.now();
    const expired = [...this.#byId.values()].filter(({ expiresMs }) => expiresMs <= nowMs).map(({ id }) => id);
    for (const id of expired) this.#byId.delete(id);
    if (this.#byId.size >= MAX_SHARES) return message("too-many-shares", { limit: MAX_SHARES });
    const secret = makeSecret();
    const record: ShareRecord = {
      id: makeSecret().slice(0, ID_CHARACTERS),
      ...subject,
      hash: hashOf(secret),
      createdMs: nowMs,
      createdBy,
      expiresMs: Math.round(nowMs + expiresInDays * DAY_MS),
    };
    // At once, so that the link ends with its device or comparison also where that is removed meanwhile.
    this.#byId.set(record.id, record);
    try {
      await this.#records?.save([record], expired);
    } catch (error) {
      this.#byId.delete(record.id);
      throw error;
    }
    return { secret, ...shown(record) };
  }

  /** Revokes it at once. Resolves once that is on disk; where it cannot be saved the link is back, so that it can be revoked again. */
  async revoke(id: string): Promise<Problem | null> {
    const record = this.#byId.get(id);
    if (record === undefined) return message("no-such-share", { id });
    try {
      await this.#end([id]);
    } catch (error) {
      this.#byId.set(id, record);
      throw error;
    }
    return null;
  }

  /** The device is removed, and the records of links to its page with it. */
  async forgetDevice(device: DeviceId): Promise<void> {
    await this.#end(
      [...this.#byId.values()].filter((record) => devicesOf(record).includes(device)).map(({ id }) => id),
    );
  }

  /** The comparison is removed. */
  async forgetView(id: string): Promise<void> {
    await this.#end([...this.#byId.values()].filter(({ view }) => view?.id === id).map((record) => record.id));
  }

  #record(id: string): ShareRecord | undefined {
    const record = this.#byId.get(id);
    return record !== undefined && record.expiresMs > this.#options.clock.now() ? record : undefined;
  }

  /** Revokes them at once; resolves once that is on disk. */
  async #end(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#byId.delete(id);
      this.#options.onEnded(id);
    }
    if (ids.length > 0) await this.#records?.save([], ids);
  }
}

function devicesOf({ device, view }: ShareRecord): readonly string[] {
  return device === undefined ? (view?.devices ?? []) : [device];
}

function shown({ hash: _, view, ...share }: ShareRecord): Share {
  return view === undefined ? share : { ...share, view: view.id };
}
