// “Outgrow this PC”: moves the hub's data into a database server, and back. One button has the next action; the progress is beside
// it.
import { useState } from "react";
import type { MovePlan, MoveProgress, MoveStatus } from "../../../../shared/settings/move.ts";
import { explain } from "../../../api/client.ts";
import { isUnderWay, type MoveAction, useMove, useMoveAction, usePlan } from "../../../api/move.ts";
import { formatBytes, formatCount } from "../../../i18n/numbers.ts";
import { moveText as text } from "../../../i18n/settings/move-text.ts";
import { settingsText } from "../../../i18n/settings/text.ts";
import { formatDate, formatDuration } from "../../../i18n/times.ts";
import { Failure } from "../../../shell/failures/failure.tsx";
import { Confirm } from "../../../ui/dialogs/confirm.tsx";
import { latestError } from "../latest-error.ts";
import { Setting } from "../setting.tsx";
import styles from "../settings-page.module.css";

const MS_PER_HOUR = 3_600_000;
/** An estimate is not more exact. */
const MIN_SHOWN_MS = 60_000;

export function MoveSettings() {
  const move = useMove();
  const { data } = move;
  if (move.isLoadingError) return <Failure title={settingsText.loadFailed} of={move} />;
  if (data === undefined) return <div className="skeleton" aria-hidden="true" />;
  return data.move === null && data.reads === "file" ? <NewMove /> : <MoveUnderWay status={data} />;
}

function NewMove() {
  const plan = usePlan();
  const action = useMoveAction();
  const [to, setTo] = useState("");
  const error = latestError(plan, action);
  return (
    <Setting id="move" hint={text.hint} isWide problem={error === null ? undefined : explain(error)}>
      <form
        className={styles["text"]}
        onSubmit={(event) => {
          event.preventDefault();
          plan.mutate(to.trim());
        }}
      >
        <input
          type="password"
          autoComplete="off"
          aria-label={text.address}
          placeholder="postgres://user:password@host/database"
          value={to}
          onChange={({ target }) => {
            setTo(target.value);
            plan.reset();
          }}
        />
        <button type="submit" className="button" disabled={to.trim() === "" || plan.isPending}>
          {text.look}
        </button>
      </form>
      <p role="status">{plan.isPending && text.looking}</p>
      {plan.data !== undefined && (
        <>
          <Plan plan={plan.data} />
          <button
            type="button"
            className="button primary"
            disabled={action.isPending}
            onClick={() => action.mutate({ kind: "begin", to: to.trim() })}
          >
            {text.begin}
          </button>
        </>
      )}
    </Setting>
  );
}

function Plan({ plan }: { readonly plan: MovePlan }) {
  const { server, product, readings, storedBytes, estimatedBytes, estimatedHours, freeBytes, isContinued } = plan;
  return (
    <>
      <dl className={styles["facts"]}>
        <dt>{product}</dt>
        <dd>
          <code>{server}</code>
        </dd>
        <dt>{text.toCopy}</dt>
        <dd>{settingsText.storedNow(formatBytes(storedBytes), formatCount(readings))}</dd>
        <dt>{text.roomThere}</dt>
        <dd>
          {text.estimated(formatBytes(estimatedBytes))}{" "}
          {freeBytes === null ? text.freeUnknown : text.free(formatBytes(freeBytes))}
        </dd>
        <dt>{text.duration}</dt>
        <dd>{formatDuration(Math.max(MIN_SHOWN_MS, estimatedHours * MS_PER_HOUR))}</dd>
      </dl>
      {isContinued && <p>{text.continued}</p>}
      {plan.warnings.map((warning) => (
        <p key={warning} className={styles["bad"]}>
          {warning}
        </p>
      ))}
    </>
  );
}

type ConfirmedAction = "switch" | "back" | "end";

function MoveUnderWay({ status }: { readonly status: MoveStatus }) {
  const action = useMoveAction();
  const [requested, setRequested] = useState<ConfirmedAction | null>(null);
  const { reads, move } = status;
  const isReady = move?.step === "ready" && !move.switchesWhenEqual;
  const next: ConfirmedAction | null = reads === "file" ? "switch" : "back";
  const mayAct = status.canSwitch && (move === null || isReady || move.step === "finished");
  const ask = (kind: ConfirmedAction) => {
    // Why the last action failed says nothing of this one.
    if (action.isError) action.reset();
    setRequested(kind);
  };
  const act = (kind: MoveAction["kind"] & ConfirmedAction) =>
    action.mutate({ kind }, { onSuccess: () => setRequested(null) });
  return (
    <Setting
      id="move"
      title={reads === "file" ? text.title : text.onServer}
      hint={move === null ? text.serverHint : <code>{move.server}</code>}
      isWide
      problem={move?.problem}
    >
      {move !== null && (
        <>
          {move.step === "copying" && (
            <progress aria-label={text.title} max={Math.max(1, move.totalReadings)} value={move.copiedReadings} />
          )}
          <p role="status">{progressText(reads, move, isUnderWay(status))}</p>
        </>
      )}
      <div className={styles["text"]}>
        {mayAct && (
          <button type="button" className="button primary" onClick={() => ask(next)}>
            {text.actions[next]}
          </button>
        )}
        {move !== null && move.step !== "finished" && (
          <button type="button" className="button" onClick={() => ask("end")}>
            {isReady ? text.actions.end : text.stop}
          </button>
        )}
      </div>
      {requested !== null && (
        <Confirm
          question={text.questions[requested]}
          action={requested === "end" && !isReady ? text.stop : text.actions[requested]}
          isPending={action.isPending}
          pendingMessage={text.pending}
          errorMessage={action.error === null ? undefined : explain(action.error)}
          onConfirm={() => act(requested)}
          onClosed={() => setRequested(null)}
        >
          <p>{text.explanations[requested]}</p>
        </Confirm>
      )}
    </Setting>
  );
}

function progressText(reads: MoveStatus["reads"], move: MoveProgress, isSwitching: boolean): string {
  const { step, copiedReadings, totalReadings, copiedFromMs, secondsLeft, compared, endsMs } = move;
  switch (step) {
    case "copying": {
      const copied = text.copied(formatCount(copiedReadings), formatCount(totalReadings));
      const back = copiedFromMs === null || copiedReadings === 0 ? "" : ` ${text.backTo(formatDate(copiedFromMs))}`;
      const left = secondsLeft === null ? "" : ` ${text.left(formatDuration(secondsLeft * 1_000))}`;
      return `${copied}${back}${left}`;
    }
    case "comparing":
      return text.comparing;
    case "ready": {
      if (isSwitching) return text.switching;
      const counts =
        compared === null ? "" : ` ${text.compared(formatCount(compared.readings), formatCount(compared.series))}`;
      const until = endsMs === null ? "" : ` ${text.until(formatDate(endsMs))}`;
      return `${reads === "file" ? text.ready : text.switched}${counts}${until}`;
    }
    case "finished":
      return text.finished;
  }
}
