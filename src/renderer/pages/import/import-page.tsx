// History from a CSV file: choose it, see how it is understood and correct that, check, import, see what came of it.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { ImportPass } from "../../../shared/history/import.ts";
import { useSignal } from "../../api/feed/signal.ts";
import { importText as text } from "../../i18n/later/import-text.ts";
import { takeDroppedFile } from "../../shell/dropped-file.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { ImportForm } from "./import-form.tsx";
import { ImportOutcome } from "./import-outcome.tsx";
import styles from "./import-page.module.css";
import { importSession } from "./import-session.ts";

export function ImportPage() {
  const { file, state, failure, cancelled, isRunning } = useSignal(importSession.shown);
  useEffect(() => importSession.open(), []);
  useTakeDroppedFile();
  const isReading = file !== null && state === null && failure === null && cancelled === null;
  return (
    <>
      <PageHeader title={text.title} />
      <div className={styles["page"]}>
        <p className="note">{text.lead}</p>
        <FileChoice name={file?.name} isDisabled={isRunning} />
        {failure?.step === "read" && <p role="alert">{failure.message}</p>}
        {cancelled !== null && <p role="status">{text.cancelled[cancelled]}</p>}
        {isReading && <p role="status">{text.reading}</p>}
        {state !== null && (
          <>
            <ImportForm state={state} isDisabled={isRunning} onChange={(changes) => importSession.change(changes)} />
            {failure !== null && <p role="alert">{failure.message}</p>}
            {state.problem !== null && <p role="alert">{state.problem}</p>}
            <ImportActions isReady={state.problem === null} isRunning={isRunning} />
            {state.pass !== null && (
              <ImportOutcome state={state} pass={state.pass} bytes={file?.size ?? 0} isRunning={isRunning} />
            )}
          </>
        )}
      </div>
    </>
  );
}

/** The one that was dropped before the page was opened, and those that are dropped while it is shown. */
function useTakeDroppedFile(): void {
  useEffect(() => {
    const take = () => {
      const dropped = takeDroppedFile();
      if (dropped !== null) void importSession.choose(dropped);
    };
    take();
    window.addEventListener("bramble-file", take);
    return () => window.removeEventListener("bramble-file", take);
  }, []);
}

function FileChoice({ name, isDisabled }: { readonly name: string | undefined; readonly isDisabled: boolean }) {
  return (
    <label className={styles["drop"]}>
      <span>{name ?? text.drop}</span>
      <input
        type="file"
        accept=".csv,.tsv,.txt,text/csv"
        aria-label={text.choose}
        disabled={isDisabled}
        // The same file can be chosen again, changed or after it was cancelled.
        onClick={({ currentTarget }) => {
          currentTarget.value = "";
        }}
        onChange={({ target }) => {
          const [chosen] = target.files ?? [];
          if (chosen !== undefined) void importSession.choose(chosen);
        }}
      />
    </label>
  );
}

function ImportActions({ isReady, isRunning }: { readonly isReady: boolean; readonly isRunning: boolean }) {
  const queries = useQueryClient();
  async function run(kind: ImportPass["kind"]) {
    await importSession.run(kind);
    await queries.invalidateQueries();
  }
  const isDisabled = isRunning || !isReady;
  return (
    <div className={styles["actions"]}>
      <button type="button" className="button" disabled={isDisabled} onClick={() => void run("check")}>
        {text.check}
      </button>
      <button type="button" className="button primary" disabled={isDisabled} onClick={() => void run("store")}>
        {text.store}
      </button>
      {isRunning && (
        <button type="button" className="button" onClick={() => importSession.cancel()}>
          {text.cancel}
        </button>
      )}
    </div>
  );
}
