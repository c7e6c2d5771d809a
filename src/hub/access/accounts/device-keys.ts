// Keys of devices, at most one for each. A device may offer its own, which is valid once a person has accepted it.
// Invariant: a device with a key is refused without it, also after its key was revoked, until it has a new one or a person decides
// that it needs none.
import { type Static, Type } from "typebox";
import type { Problem } from "../../../shared/errors.ts";
import type { DeviceId } from "../../../shared/ids.ts";
import { message } from "../../../shared/messages/message.ts";
import type { DeviceKey, NewDeviceKey, OfferedKey } from "../../../shared/security/access.ts";
import type { Clock } from "../../clock.ts";
import { Mutex } from "../../mutex.ts";
import type { RecordCollection, RecordKind } from "../../store/records.ts";
import { digestOf, isSameSecret, makeKey, type SecretDigest } from "../secrets.ts";

const DeviceKeyRecord = Type.Object({
  device: Type.Unsafe<DeviceId>(Type.String()),
  /** SHA-256 of the key. */
  hash: Type.String(),
  code: Type.String(),
  madeBy: Type.Union([Type.Literal("hub"), Type.Literal("device")]),
  createdMs: Type.Integer(),
  lastUsedMs: Type.Optional(Type.Integer()),
  revokedMs: Type.Optional(Type.Integer()),
  /** Hashes of the keys before this one: a client that presents one of them is answered that its key was replaced. */
  formerHashes: Type.Optional(Type.Array(Type.String())),
});
type DeviceKeyRecord = Static<typeof DeviceKeyRecord>;

export const deviceKeyRecords: RecordKind<typeof DeviceKeyRecord> = {
  name: "device-key",
  schema: DeviceKeyRecord,
  idOf: ({ device }) => device,
  deviceOf: ({ device }) => device,
};

const MAX_OFFERS = 1_000;
const MAX_FORMER_HASHES = 20;
/** Resolution of the time of a key's last use. */
const USED_EVERY_MS = 3_600_000;

/** A key that a device offered. */
interface Offer extends OfferedKey {
  readonly hash: string;
}

export interface DeviceKeysOptions {
  readonly clock: Clock;
  /** Called when the key of a device, or its need of one, has changed: connections as the device have to end. */
  readonly onChanged: (device: DeviceId) => void;
  /** Called when a device has offered a key, or its offer has ended. */
  readonly onOffer: (device: DeviceId) => void;
  readonly onSaveFailed: (error: unknown) => void;
}

export class DeviceKeys {
  readonly #options: DeviceKeysOptions;
  readonly #keys = new Map<DeviceId, DeviceKeyRecord>();
  /** By hash of the key. */
  readonly #devices = new Map<string, DeviceId>();
  readonly #former = new Set<string>();
  readonly #offers = new Map<DeviceId, Offer>();
  readonly #changes = new Mutex();
  /** The device whose key is being changed: a use of the old key, saved behind that, would bring it back at the next start. */
  #changing: DeviceId | null = null;
  #records: RecordCollection<DeviceKeyRecord> | null = null;

  constructor(options: DeviceKeysOptions) {
    this.#options = options;
  }

  async start(records: RecordCollection<DeviceKeyRecord>): Promise<void> {
    this.#records = records;
    for (const record of await records.list()) this.#enter(record);
  }

  /** Whether a device is refused without a key. Called for each message. */
  isLocked(device: DeviceId): boolean {
    return this.#keys.size > 0 && this.#keys.has(device);
  }

  /** Whether a person has made it a valid key: then it joins without approval. */
  isInvited(device: DeviceId): boolean {
    const record = this.#keys.get(device);
    return record !== undefined && record.madeBy === "hub" && record.revokedMs === undefined;
  }

  /** The device of a valid key, which is marked as used; undefined where there is none. */
  use({ hash }: Pick<SecretDigest, "hash">): DeviceId | undefined {
    const device = this.#devices.get(hash);
    const record = device === undefined ? undefined : this.#keys.get(device);
    if (record === undefined || record.revokedMs !== undefined || !isSameSecret(record.hash, hash)) return undefined;
    const nowMs = this.#options.clock.now();
    if (device !== this.#changing && Math.abs(nowMs - (record.lastUsedMs ?? 0)) > USED_EVERY_MS) {
      const used = { ...record, lastUsedMs: nowMs };
      this.#keys.set(record.device, used);
      this.#records?.save([used]).catch(this.#options.onSaveFailed);
    }
    return record.device;
  }

  /** True for a key that was valid once. */
  isFormer({ hash }: Pick<SecretDigest, "hash">): boolean {
    return this.#former.has(hash);
  }

  list(): DeviceKey[] {
    return [...this.#keys.values()].map(shown);
  }

  get(device: DeviceId): DeviceKey | undefined {
    const record = this.#keys.get(device);
    return record && shown(record);
  }

  offerOf(device: DeviceId): OfferedKey | undefined {
    const offer = this.#offers.get(device);
    return offer && { code: offer.code, sinceMs: offer.sinceMs };
  }

  /** Makes a key for a device, in the place of the one that it has. Resolves once it is on disk. */
  async create(device: DeviceId): Promise<NewDeviceKey> {
    const key = makeKey();
    const record = await this.#exclusively(device, () => this.#replace(device, digestOf(key), "hub"));
    return { key, ...shown(record) };
  }

  /**
   * Registers the key that a device without one presents. False where it presents another than the one that it offered first:
   * a person may be comparing that one's code. `mayReplace` is true for a device that has joined.
   */
  offer(device: DeviceId, { hash, code }: SecretDigest, mayReplace: boolean): boolean {
    const known = this.#offers.get(device);
    if (known?.hash === hash) return true;
    if (known !== undefined && !mayReplace) return false;
    this.#offers.set(device, { hash, code, sinceMs: this.#options.clock.now() });
    for (const oldest of this.#offers.keys()) {
      if (this.#offers.size <= MAX_OFFERS) break;
      this.#offers.delete(oldest);
    }
    this.#options.onOffer(device);
    return true;
  }

  /** Makes an offered key the device's, if it is the one with that code. Resolves once that is on disk. */
  accept(device: DeviceId, code: string): Promise<Problem | null> {
    return this.#exclusively(device, async () => {
      const offer = this.#offers.get(device);
      if (offer === undefined) return message("no-such-key/none-offered", { device });
      if (offer.code !== code) return message("key-changed", { device, code: offer.code });
      await this.#replace(device, offer, "device");
      return null;
    });
  }

  /** Revokes its key; resolves once that is on disk. `afterwards`: whether the device needs a new one. */
  revoke(device: DeviceId, afterwards: "closed" | "open"): Promise<Problem | null> {
    return this.#exclusively(device, () => this.#revoke(device, afterwards));
  }

  async #revoke(device: DeviceId, afterwards: "closed" | "open"): Promise<Problem | null> {
    const record = this.#keys.get(device);
    if (record === undefined) return message("no-such-key", { device });
    if (afterwards === "closed") {
      const revoked = { ...record, revokedMs: this.#options.clock.now() };
      await this.#records?.save([revoked]);
      this.#enter(revoked);
    } else {
      await this.#records?.save([], [device]);
      this.forget(device);
      // The old key stays rejected until the hub restarts. After that it may be offered as a new one, which a person has to accept.
      this.#former.add(record.hash);
    }
    this.#options.onChanged(device);
    return null;
  }

  /** The device is removed, and its records with it. */
  forget(device: DeviceId): void {
    const record = this.#keys.get(device);
    this.#offers.delete(device);
    this.#keys.delete(device);
    if (record !== undefined) this.#devices.delete(record.hash);
  }

  #exclusively<T>(device: DeviceId, change: () => Promise<T>): Promise<T> {
    return this.#changes.runExclusive(async () => {
      this.#changing = device;
      try {
        return await change();
      } finally {
        this.#changing = null;
      }
    });
  }

  async #replace(device: DeviceId, digest: SecretDigest, madeBy: "hub" | "device"): Promise<DeviceKeyRecord> {
    const before = this.#keys.get(device);
    const formerHashes = before === undefined ? [] : [before.hash, ...(before.formerHashes ?? [])];
    const record: DeviceKeyRecord = {
      device,
      hash: digest.hash,
      code: digest.code,
      madeBy,
      createdMs: this.#options.clock.now(),
      formerHashes: formerHashes.slice(0, MAX_FORMER_HASHES),
    };
    await this.#records?.save([record]);
    if (before !== undefined) this.#devices.delete(before.hash);
    this.#enter(record);
    if (this.#offers.delete(device)) this.#options.onOffer(device);
    this.#options.onChanged(device);
    return record;
  }

  #enter(record: DeviceKeyRecord): void {
    this.#keys.set(record.device, record);
    this.#devices.set(record.hash, record.device);
    for (const hash of record.formerHashes ?? []) this.#former.add(hash);
    if (record.revokedMs !== undefined) this.#former.add(record.hash);
  }
}

function shown({ device, code, madeBy, createdMs, lastUsedMs, revokedMs }: DeviceKeyRecord): DeviceKey {
  return { device, code, madeBy, createdMs, lastUsedMs: lastUsedMs ?? null, revokedMs: revokedMs ?? null };
}
