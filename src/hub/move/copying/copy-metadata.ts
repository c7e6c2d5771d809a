// Synchronises everything that is not readings: records, attributes, settings, the audit log. They are few: all are read from both
// stores, and only a part that differs is written, as a whole.
import type { AuditCursor, AuditEntry } from "../../store/audit.ts";
import { groupsOf } from "../../store/common/groups.ts";
import type { Metadata, StoredRecord } from "../../store/metadata.ts";
import type { Store } from "../../store/store.ts";

const AUDIT_ENTRIES_PER_PAGE = 1_000;

/** To be called while the other store gets no other writes; returns how many parts differed. */
export async function copyMetadata(source: Store, target: Store): Promise<number> {
  const [here, there] = await Promise.all([source.metadata.read(), target.metadata.read()]);
  let changed = 0;
  const ours = Map.groupBy(here.records, ({ collection }) => collection);
  const theirs = Map.groupBy(there.records, ({ collection }) => collection);
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const records = ours.get(name) ?? [];
    const known = theirs.get(name) ?? [];
    if (isSame(records, known)) continue;
    const ids = known.map(({ id }: StoredRecord) => id);
    await target.metadata.replace({ kind: "collection", name, ids, records });
    changed++;
  }
  if (!isSame(inOrder(here).attributes, inOrder(there).attributes)) {
    await target.metadata.replace({ kind: "attributes", attributes: here.attributes });
    changed++;
  }
  if (!isSame(inOrder(here).settings, inOrder(there).settings)) {
    await target.metadata.replace({ kind: "settings", settings: here.settings });
    changed++;
  }
  return changed + (await copyAudit(source, target));
}

/** The settings of a store that a hub has worked on have its id. */
export function hubIdOf({ settings }: Metadata): string | null {
  return settings.find(({ name }) => name === "hub-id")?.value ?? null;
}

/** Databases sort texts in ways of their own. */
function inOrder({ attributes, settings }: Metadata): Pick<Metadata, "attributes" | "settings"> {
  const byText = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  return { attributes: attributes.toSorted(byText), settings: settings.toSorted(byText) };
}

function isSame(a: readonly object[], b: readonly object[]): boolean {
  return a.length === b.length && JSON.stringify(a) === JSON.stringify(b);
}

/** Entries are only ever added at the end, and removed from the beginning; of a log that is not the beginning of this one, all go. */
async function copyAudit(source: Store, target: Store): Promise<number> {
  const here = await auditOf(source);
  const there = (await auditOf(target)).map(textOf);
  const isBeginning = there.length <= here.length && there.every((text, index) => text === textOf(here[index]));
  if (!isBeginning) await target.audit.trim({ fromMs: Number.MAX_SAFE_INTEGER, maxEntries: 0 });
  const missing = here.slice(isBeginning ? there.length : 0);
  for (const some of groupsOf(missing, AUDIT_ENTRIES_PER_PAGE))
    await Promise.all(some.map((entry) => target.audit.append(entry)));
  return isBeginning && missing.length === 0 ? 0 : 1;
}

/** Oldest first. */
async function auditOf(store: Store): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let after: AuditCursor | null = null;
  do {
    const page = await store.audit.page({ limit: AUDIT_ENTRIES_PER_PAGE, after });
    for (const entry of page.entries) entries.push(entry);
    after = page.next;
  } while (after !== null);
  return entries.reverse();
}

function textOf(entry: AuditEntry | undefined): string {
  return entry === undefined
    ? ""
    : JSON.stringify([entry.atMs, entry.actor, entry.action, entry.subject, entry.details]);
}
