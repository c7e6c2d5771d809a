// Saves all of the audit log that fits a filter, all pages of it, as CSV or JSON.
import { useMutation } from "@tanstack/react-query";
import { BYTE_ORDER_MARK } from "../../../shared/byte-order-mark.ts";
import type { AuditEntry } from "../../../shared/security/access.ts";
import { explain } from "../../api/client.ts";
import { offerFile } from "../../api/platform.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import rows from "../../ui/rows.module.css";
import { type AuditFilter, auditPage } from "./use-audit.ts";

const PAGE_ENTRIES = 5_000;
/** Text that a spreadsheet would interpret as a formula. */
const FORMULA = /^[=+\-@\t\r]/;

export function AuditExport({ filter }: { readonly filter: AuditFilter }) {
  const saving = useMutation({ mutationFn: (kind: "csv" | "json") => save(filter, kind) });
  return (
    <div className={rows["buttons"]}>
      <button type="button" className="button" disabled={saving.isPending} onClick={() => saving.mutate("csv")}>
        {accessText.log.exportCsv}
      </button>
      <button type="button" className="button" disabled={saving.isPending} onClick={() => saving.mutate("json")}>
        JSON
      </button>
      {saving.error && <p role="alert">{explain(saving.error)}</p>}
    </div>
  );
}

async function save(filter: AuditFilter, kind: "csv" | "json"): Promise<void> {
  const entries: AuditEntry[] = [];
  let cursor: string | null = null;
  do {
    const page = await auditPage(filter, cursor, PAGE_ENTRIES);
    entries.push(...page.entries);
    cursor = page.next;
  } while (cursor !== null);
  const text = kind === "csv" ? csvOf(entries) : JSON.stringify(entries, null, 2);
  const type = kind === "csv" ? "text/csv" : "application/json";
  await offerFile(new Blob([text], { type }), `audit.${kind}`);
}

function csvOf(entries: readonly AuditEntry[]): string {
  const lines = entries.map(({ atMs, actor, action, subject, address, outcome, details }) =>
    [new Date(atMs).toISOString(), actor, action, subject, address, outcome, JSON.stringify(details)]
      .map(cell)
      .join(","),
  );
  return `${BYTE_ORDER_MARK}${["time,who,what,to,from,outcome,details", ...lines].join("\r\n")}\r\n`;
}

function cell(text: string): string {
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
