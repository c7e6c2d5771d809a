// One notice where something that the page shows was not loaded, or not anew, and nothing in its own place says so.
import { notifyManager, type Query, useQueryClient } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import { explain } from "../../api/client.ts";
import { warningsText } from "../../i18n/later/warnings-text.ts";
import { text } from "../../i18n/text.ts";
import styles from "../notices/notices.module.css";
import { shownFailures } from "./shown-failures.ts";

export function UnloadedNotice() {
  const queries = useQueryClient();
  const reasons = useReasons();
  if (reasons.length === 0) return null;
  return (
    <section className={styles["notice"]} aria-label={warningsText.notAll}>
      <strong role="status">{warningsText.notAll}</strong>
      {reasons.map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
      <p className={styles["action"]}>
        <button
          type="button"
          className="button small"
          onClick={() => void queries.refetchQueries({ predicate: hasFailed })}
        >
          {text.words.tryAgain}
        </button>
      </p>
    </section>
  );
}

/** Why, of what is shown at the moment; each reason once. */
function useReasons(): readonly string[] {
  const cache = useQueryClient().getQueryCache();
  const subscribe = useCallback(
    (onChange: () => void) => {
      const failed = new Set<Query>();
      const stops = [
        shownFailures.subscribe(onChange),
        cache.subscribe(({ query }) => {
          // Of hundreds of queries that readings change, few ever fail.
          const wasFailed = failed.delete(query);
          if (hasFailed(query)) failed.add(query);
          // In turn behind what shows it in its own place.
          if (wasFailed || failed.has(query)) notifyManager.schedule(onChange);
        }),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
    [cache],
  );
  const reasons = useSyncExternalStore(subscribe, () => {
    const shown = shownFailures.get();
    const errors = cache.findAll({ predicate: hasFailed }).flatMap(({ state: { error } }) => error ?? []);
    return [...new Set(errors.filter((error) => !shown.has(error)).map(explain))].join("\n");
  });
  return reasons === "" ? [] : reasons.split("\n");
}

function hasFailed(query: Query): boolean {
  return query.state.status === "error" && query.isActive();
}
