// The port to the audit log: who did what, and when. Entries are only ever added, and trimmed from the oldest on.

export interface AuditEntry {
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number;
  /** Who did it: a person's name, a key's, or the hub itself. */
  readonly actor: string;
  /** What was done, such as `device.approve`. */
  readonly action: string;
  /** What it was done to: an id or a name. */
  readonly subject: string;
  /** As JSON writes it. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** The place of an entry in the log: an adapter's own text. */
export type AuditCursor = string;

interface AuditPage {
  /** Newest first: in the order in which they were added, whatever their times. */
  readonly entries: readonly AuditEntry[];
  /** Where the next page begins; null when this is the last. */
  readonly next: AuditCursor | null;
}

/** Which entries; all where a part is left out. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  /** The whole, or, where it ends with a dot, what it begins with. */
  readonly action?: string | undefined;
  readonly subject?: string | undefined;
  /** `details.outcome`. */
  readonly outcome?: string | undefined;
  /** Included. */
  readonly fromMs?: number | undefined;
  /** Excluded. */
  readonly toMs?: number | undefined;
}

export interface AuditLog {
  /** Resolves once the entry is on disk, and everything that was handed to the store before. */
  append(entry: AuditEntry): Promise<void>;
  /** At most `limit` entries, at least 1. Entries that are added meanwhile do not move those of later pages. */
  page(query: {
    readonly limit: number;
    readonly after: AuditCursor | null;
    readonly filter?: AuditFilter;
  }): Promise<AuditPage>;
  /** Removes entries from before `fromMs`, and all but the newest `maxEntries`. */
  trim(bounds: { readonly fromMs: number; readonly maxEntries: number }): Promise<void>;
}
