// History from a CSV file: choose it, see how it is understood and correct that, check, import, see what came of it.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { Import, ImportFormChanges, ImportPass } from "../../../shared/history/import.ts";
import { explain } from "../../api/client.ts";
import { beginImport, changeImport, endImport, runImport } from "../../api/history/importing.ts";
import { importText as text } from "../../i18n/later/import-text.ts";
import { formatCount } from "../../i18n/numbers.ts";
import { takeDroppedFile } from "../../shell/dropped-file.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { ImportForm } from "./import-form.tsx";
import styles from "./import-page.module.css";

export function ImportPage() {
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [state, setState] = useState<Import | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isCancelled, setCancelled] = useState(false);
  const [running, setRunning] = useState<AbortController | null>(null);
  const latest = useRef<{ readonly id: string } | null>(null);

  async function attempt(act: () => Promise<Import>) {
    setFailure(null);
    setCancelled(false);
    try {
      const next = await act();
      latest.current = next;
      setState(next);
    } catch (error) {
      setFailure(text.failed(error instanceof Error ? explain(error) : String(error)));
    }
  }
  async function open(chosen: File) {
    setFile(chosen);
    setState(null);
    await attempt(() => beginImport(chosen));
  }
  const takeFile = useEffectEvent((dropped: File | null) => {
    if (dropped !== null) void open(dropped);
  });
  useEffect(() => {
    const take = () => takeFile(takeDroppedFile());
    take();
    window.addEventListener("bramble-file", take);
    return () => {
      window.removeEventListener("bramble-file", take);
      if (latest.current !== null) endImport(latest.current.id).catch(() => undefined);
    };
  }, []);

  async function run(kind: ImportPass["kind"]) {
    if (state === null || file === null) return;
    const ending = new AbortController();
    setRunning(ending);
    await attempt(() => runImport(state.id, file, { kind, signal: ending.signal, onProgress: setState }));
    setRunning(null);
    if (ending.signal.aborted) {
      setFailure(null);
      setCancelled(true);
      await endImport(state.id).catch(() => undefined);
      setState(null);
    }
    await client.invalidateQueries();
  }

  return (
    <>
      <PageHeader title={text.title} />
      <div className={styles["page"]}>
        <p className="note">{text.lead}</p>
        <label className={styles["drop"]}>
          <span>{file?.name ?? text.drop}</span>
          <input
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            aria-label={text.choose}
            disabled={running !== null}
            onChange={({ target }) => {
              const [chosen] = target.files ?? [];
              if (chosen !== undefined) void open(chosen);
            }}
          />
        </label>
        {failure !== null && <p role="alert">{failure}</p>}
        {isCancelled && <p role="status">{text.cancelled}</p>}
        {file !== null && state === null && failure === null && !isCancelled && <p role="status">{text.reading}</p>}
        {state !== null && (
          <>
            <ImportForm
              state={state}
              isDisabled={running !== null}
              onChange={(changes: ImportFormChanges) => void attempt(() => changeImport(state.id, changes))}
            />
            {state.problem !== null && <p role="alert">{state.problem}</p>}
            <div className={styles["actions"]}>
              <button
                type="button"
                className="button"
                disabled={running !== null || state.problem !== null}
                onClick={() => void run("check")}
              >
                {text.check}
              </button>
              <button
                type="button"
                className="button primary"
                disabled={running !== null || state.problem !== null}
                onClick={() => void run("store")}
              >
                {text.store}
              </button>
              {running !== null && (
                <button type="button" className="button" onClick={() => running.abort()}>
                  {text.cancel}
                </button>
              )}
            </div>
            {state.pass !== null && <Outcome pass={state.pass} bytes={file?.size ?? 0} />}
          </>
        )}
      </div>
    </>
  );
}

const COUNTED = ["rows", "readings", "fresh", "changed", "known", "empty", "repeated", "refused"] as const;

function Outcome({ pass, bytes }: { readonly pass: ImportPass; readonly bytes: number }) {
  const { kind, isComplete, receivedBytes, counts, refusedLines } = pass;
  const share = `${Math.floor((100 * receivedBytes) / Math.max(1, bytes))} %`;
  const under = kind === "check" ? text.checking(share) : text.storing(share);
  const done = kind === "check" ? text.checked : text.stored;
  return (
    <section className={`panel ${styles["outcome"]}`} aria-label={done}>
      <p role="status">{isComplete ? done : under}</p>
      {!isComplete && <progress value={receivedBytes} max={bytes} aria-label={under} />}
      <dl>
        {COUNTED.filter((name) => counts[name] > 0 || name === "fresh").map((name) => (
          <div key={name}>
            <dt>{text.counts[name]}</dt>
            <dd>{formatCount(counts[name])}</dd>
          </div>
        ))}
      </dl>
      {counts.newDevices.length > 0 && <p>{text.newDevices(counts.newDevices.join(", "))}</p>}
      <ul>
        {refusedLines.map(({ line, reason }) => (
          <li key={line}>{text.refusedLine(formatCount(line), reason)}</li>
        ))}
      </ul>
    </section>
  );
}
