// Asks to confirm a network change on trial: a person who sees this still reaches the hub.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import { explain } from "../../api/client.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { useTrial, useTrialEnd } from "../../api/hub-settings.ts";
import { settingsText } from "../../i18n/settings/text.ts";
import styles from "./notices.module.css";

const text = settingsText.trial;

export function TrialNotice() {
  const { data, refetch } = useTrial(true);
  const trial = data?.trial ?? null;
  return trial === null ? null : <Trial untilMs={trial.untilMs} onOver={() => void refetch()} />;
}

interface Props {
  readonly untilMs: number;
  readonly onOver: () => void;
}

function Trial({ untilMs, onOver }: Props) {
  const end = useTrialEnd();
  const queries = useQueryClient();
  // Kept or undone, here or elsewhere: what it changed may be as it was before.
  useEffect(() => () => void queries.invalidateQueries(), [queries]);
  const nowMs = useNow(1_000);
  const secondsLeft = Math.max(0, Math.ceil((untilMs - nowMs) / 1_000));
  const message = text.text(secondsLeft);
  const [firstMessage] = useState(message);
  const isOver = secondsLeft === 0;
  const finish = useEffectEvent(onOver);
  useEffect(() => {
    if (isOver) finish();
  }, [isOver]);
  return (
    <section className={styles["notice"]} aria-label={text.title}>
      {/* Announced once, without the countdown. */}
      <span className="unseen" role="alert">
        {text.title} {firstMessage}
      </span>
      <strong>{text.title}</strong>
      <p>{message}</p>
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
      {end.error && <p role="alert">{explain(end.error)}</p>}
    </section>
  );
}
