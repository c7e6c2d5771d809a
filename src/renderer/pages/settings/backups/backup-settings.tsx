// Backups: whether, when and where they are made, a backup on demand, the outcome of the last one, and those that can be restored.
import type { BackupStatus } from "../../../../shared/settings/backups.ts";
import { explain } from "../../../api/client.ts";
import { hubNowMs } from "../../../api/feed/hub-clock.ts";
import { useBackupChange, useBackups, useMakeBackup } from "../../../api/hub-settings.ts";
import { Moment } from "../../../i18n/moment.tsx";
import { settingsText as text } from "../../../i18n/settings/text.ts";
import { formatMinute, formatMoment } from "../../../i18n/times.ts";
import { Failure } from "../../../shell/failures/failure.tsx";
import { latestError } from "../latest-error.ts";
import { Setting, Switch } from "../setting.tsx";
import styles from "../settings-page.module.css";
import { TextSetting } from "../text-setting.tsx";
import { BackupList } from "./backup-list.tsx";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

export function BackupSettings() {
  const backups = useBackups();
  const { data } = backups;
  if (backups.isLoadingError) return <Failure title={text.loadFailed} of={backups} />;
  if (data === undefined) return <div className="skeleton" aria-hidden="true" />;
  return (
    <>
      {data.kind === "server" && <p>{text.serverStore}</p>}
      <Nightly status={data} />
      <Folder status={data} />
      {data.kind === "files" && (
        <>
          <Setting id="passphrase" title={text.passphrase} hint={data.isEncrypting ? text.encrypting : text.plain}>
            {null}
          </Setting>
          <BackupList status={data} />
        </>
      )}
    </>
  );
}

function Nightly({ status }: { readonly status: BackupStatus }) {
  const { nextMs, last, running } = status;
  const change = useBackupChange();
  // Shown at once, and not disabled meanwhile: the keyboard may be in the middle of it.
  const { nightly = status.nightly, hour = status.hour } = (change.isPending ? change.variables : undefined) ?? {};
  const make = useMakeBackup();
  const nowMs = hubNowMs();
  const error = latestError(change, make);
  return (
    <Setting
      id="nightly"
      title={text.nightly}
      hint={
        <>
          {text.nightlyHint}{" "}
          {nextMs !== null && (
            <Moment ms={nextMs} within={text.nextBackup}>
              {formatMoment(Math.max(nextMs, nowMs), nowMs)}
            </Moment>
          )}{" "}
          {nextMs !== null && isInOtherZone(nextMs, hour) && text.hourOfHub}
        </>
      }
      problem={error === null ? undefined : explain(error)}
    >
      <select
        aria-label={text.hour}
        value={hour}
        disabled={!nightly}
        onChange={({ target }) => change.mutate({ hour: Number(target.value) })}
      >
        {HOURS.map((one) => (
          <option key={one} value={one}>
            {formatMinute(new Date(2026, 0, 1, one).getTime())}
          </option>
        ))}
      </select>
      <Switch label={text.nightly} isOn={nightly} onChange={(isOn) => change.mutate({ nightly: isOn })} />
      <div className={styles["below"]}>
        <p role="status">
          {running === "backup" && text.backingUp}
          {running === "restore" && text.restoring}
          {running === null && (
            <>
              {text.lastBackup}:{" "}
              {last === null ? (
                text.noneYet
              ) : (
                <>
                  <Moment ms={last.atMs}>{formatMoment(last.atMs, nowMs)}</Moment>,{" "}
                  {last.outcome === "sound" ? "✓" : "✕"} {text.outcomes[last.outcome]}
                </>
              )}
            </>
          )}
        </p>
        {last?.problem !== undefined && <p className={styles["bad"]}>{last.problem}</p>}
      </div>
      <button
        type="button"
        className="button"
        disabled={running !== null || make.isPending}
        onClick={() => make.mutate(undefined)}
      >
        {text.backUpNow}
      </button>
    </Setting>
  );
}

/** Backups are due on the full hour of the hub's own time zone. */
function isInOtherZone(dueMs: number, hour: number): boolean {
  const due = new Date(dueMs);
  return due.getHours() !== hour && due.getMinutes() % 15 === 0 && due.getSeconds() === 0;
}

function Folder({ status: { folder, isFolderFixed } }: { readonly status: BackupStatus }) {
  const change = useBackupChange();
  return (
    <Setting
      id="folder"
      title={text.folder}
      hint={isFolderFixed ? text.folderFixed : text.folderHint}
      isWide
      problem={change.error === null ? undefined : explain(change.error)}
    >
      <TextSetting
        label={text.folder}
        value={folder}
        isDisabled={isFolderFixed}
        isPending={change.isPending}
        onSave={(wanted, onSuccess) => change.mutate({ folder: wanted.trim() || null }, { onSuccess })}
      />
    </Setting>
  );
}
