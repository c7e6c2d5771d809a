// A change of the network that undoes itself: whoever sees this still reaches the hub, and can keep it.
import { useEffect } from "react";
import { useNow } from "../../api/feed/use-now.ts";
import { useTrial, useTrialEnd } from "../../api/hub-settings.ts";
import { settingsText } from "../../i18n/settings/text.ts";
import styles from "./notices.module.css";

const text = settingsText.trial;

export function TrialNotice() {
  const { data, refetch } = useTrial(true);
  const end = useTrialEnd();
  const nowMs = useNow(1_000);
  const trial = data?.trial ?? null;
  const secondsLeft = trial === null ? 0 : Math.max(0, Math.ceil((trial.untilMs - nowMs) / 1_000));
  const isOver = trial !== null && secondsLeft === 0;
  useEffect(() => {
    if (isOver) void refetch();
  }, [isOver, refetch]);
  if (trial === null) return null;
  return (
    <div className={styles["notice"]} role="alert">
      <strong>{text.title}</strong>
      <p>{text.text(secondsLeft)}</p>
      <p className={styles["action"]}>
        <button
          type="button"
          className="button small primary"
          disabled={end.isPending}
          onClick={() => end.mutate("keep")}
        >
          {text.keep}
        </button>{" "}
        <button type="button" className="button small" disabled={end.isPending} onClick={() => end.mutate("undo")}>
          {text.undo}
        </button>
      </p>
    </div>
  );
}
