// The existing backups, newest first, each with a button that restores it.
import { useState } from "react";
import type { BackupFile, BackupStatus } from "../../../../shared/settings/backups.ts";
import { explain } from "../../../api/client.ts";
import { useRestore } from "../../../api/hub-settings.ts";
import { formatBytes } from "../../../i18n/numbers.ts";
import { settingsText as text } from "../../../i18n/settings/text.ts";
import { formatExact } from "../../../i18n/times.ts";
import { Copyable } from "../../../ui/copyable.tsx";
import { Confirm } from "../../../ui/dialogs/confirm.tsx";
import rows from "../../../ui/rows.module.css";
import { Setting } from "../setting.tsx";
import styles from "../settings-page.module.css";

export function BackupList({ status }: { readonly status: BackupStatus }) {
  const { backups, running, restoreProblem, restoreCommand } = status;
  const [selected, setSelected] = useState<BackupFile | null>(null);
  const restore = useRestore();
  const ask = (backup: BackupFile) => {
    // Why another could not be restored says nothing of this one.
    if (restore.isError) restore.reset();
    setSelected(backup);
  };
  return (
    <Setting id="backups" title={text.list} isWide problem={restoreProblem}>
      {backups.length === 0 && text.noneYet}
      {restoreCommand !== undefined && backups.length > 0 && (
        <div className={styles["list"]}>
          <p>{text.restoreCommand}</p>
          <div>
            <Copyable code={restoreCommand} label={text.restore} />
          </div>
        </div>
      )}
      <ul className={`${rows["rows"]} ${styles["list"]}`}>
        {backups.map((backup) => (
          <li key={backup.name}>
            <div>
              <strong>{formatExact(backup.atMs)}</strong>
              <p>
                {[
                  formatBytes(backup.bytes),
                  ...(backup.isEncrypted ? [text.encrypted] : []),
                  ...(backup.isDamaged ? [`✕ ${text.damaged}`] : []),
                ].join(" · ")}
              </p>
            </div>
            {restoreCommand === undefined && !backup.isDamaged && (
              <button
                type="button"
                className="button small"
                aria-label={text.restoreOf(formatExact(backup.atMs))}
                disabled={running !== null}
                onClick={() => ask(backup)}
              >
                {text.restore}
              </button>
            )}
          </li>
        ))}
      </ul>
      {selected !== null && (
        <Confirm
          question={text.restoreQuestion(formatExact(selected.atMs))}
          action={text.restoreAction}
          isPending={restore.isPending}
          pendingMessage={text.starting}
          errorMessage={restore.error === null ? undefined : explain(restore.error)}
          onConfirm={() => restore.mutate(selected.name, { onSuccess: () => setSelected(null) })}
          onClosed={() => setSelected(null)}
        >
          <p>{text.restoreText}</p>
        </Confirm>
      )}
    </Setting>
  );
}
