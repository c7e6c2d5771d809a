// The settings of access, which people change while the hub runs. One that a flag or the environment sets is fixed.
import { type Static, Type } from "typebox";
import type { Problem } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { type AccessChanges, Anonymous, type AccessSettings as Shown } from "../../shared/security/access.ts";
import { Mutex } from "../mutex.ts";
import type { RecordCollection, RecordKind } from "../store/records.ts";
import { parseCidr } from "./cidr.ts";

const AccessRecord = Type.Object({
  id: Type.Literal("access"),
  anonymous: Type.Optional(Anonymous),
  allow: Type.Optional(Type.Array(Type.String())),
});
type AccessRecord = Static<typeof AccessRecord>;

export const accessRecords: RecordKind<typeof AccessRecord> = {
  name: "access-settings",
  schema: AccessRecord,
  idOf: ({ id }) => id,
};

const DEFAULT_ANONYMOUS: Anonymous = "readings";

/** The settings of access by flags and the environment. */
export interface AccessFlags {
  /** What a client without a key may do; null where people set that. */
  readonly anonymous: Anonymous | null;
  /** Allowed networks beside the private ones; null where people set them. */
  readonly allow: readonly string[] | null;
  /** Networks of trusted proxies, whose headers name the client's address. */
  readonly trustProxy: readonly string[];
  /** Names beside the hub's own under which browsers may reach it. */
  readonly allowedHosts: readonly string[];
  /** Whether one address may have only so many connections and requests, and one client only so many messages. */
  readonly rateLimit: boolean;
  /** This run's administrator token; null makes a new one. */
  readonly token: string | null;
}

export interface AccessSettingsOptions {
  readonly flags: Pick<AccessFlags, "anonymous" | "allow">;
  /** Called after a change that is in force. */
  readonly onChanged: () => void;
}

export class AccessSettings {
  readonly #options: AccessSettingsOptions;
  #record: AccessRecord = { id: "access" };
  #records: RecordCollection<AccessRecord> | null = null;
  readonly #changes = new Mutex();

  constructor(options: AccessSettingsOptions) {
    this.#options = options;
  }

  async start(records: RecordCollection<AccessRecord>): Promise<void> {
    this.#records = records;
    const [record] = await records.list();
    if (record === undefined) return;
    this.#record = record;
    this.#options.onChanged();
  }

  /** What a client without a key may do. Read for each message. */
  get anonymous(): Anonymous {
    return this.#options.flags.anonymous ?? this.#record.anonymous ?? DEFAULT_ANONYMOUS;
  }

  /** Networks that are allowed beside the private ones. */
  get allow(): readonly string[] {
    return this.#options.flags.allow ?? this.#record.allow ?? [];
  }

  show(): Shown {
    const { flags } = this.#options;
    const setByFlag = (["anonymous", "allow"] as const).filter((name) => flags[name] !== null);
    return { anonymous: this.anonymous, allow: [...this.allow], setByFlag };
  }

  /** The present values of what a change sets. */
  before({ anonymous, allow }: AccessChanges): AccessChanges {
    return {
      ...(anonymous !== undefined && { anonymous: this.anonymous }),
      ...(allow !== undefined && { allow: [...this.allow] }),
    };
  }

  /** Why a change would be refused; null where it would not. */
  problemOf({ anonymous, allow }: AccessChanges): Problem | null {
    const { flags } = this.#options;
    if (anonymous !== undefined && flags.anonymous !== null) return message("set-by-flag", { field: "anonymous" });
    if (allow !== undefined && flags.allow !== null) return message("set-by-flag", { field: "allow" });
    const wrong = allow?.find((text) => parseCidr(text.trim()) === null);
    return wrong === undefined ? null : message("bad-value/network", { field: "allow", value: wrong });
  }

  /** Resolves once it is on disk and in force. */
  change(changes: AccessChanges): Promise<Problem | null> {
    return this.#changes.runExclusive(() => this.#change(changes));
  }

  async #change(changes: AccessChanges): Promise<Problem | null> {
    const problem = this.problemOf(changes);
    if (problem !== null) return problem;
    const { anonymous, allow } = changes;
    const record: AccessRecord = {
      ...this.#record,
      ...(anonymous && { anonymous }),
      ...(allow && { allow: allow.flatMap((text) => parseCidr(text.trim()) ?? []) }),
    };
    await this.#records?.save([record]);
    this.#record = record;
    this.#options.onChanged();
    return null;
  }
}
