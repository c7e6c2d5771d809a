// The first steps: each turns green once it is done. They are shown until a person hides them.
import type { FirstStep } from "../../../shared/first-start.ts";
import { explain } from "../../api/client.ts";
import { useDismissSteps, useFirstSteps } from "../../api/first-start.ts";
import { useHub } from "../../api/queries.ts";
import { firstStartText as words } from "../../i18n/later/first-start-text.ts";
import { formatCount } from "../../i18n/numbers.ts";
import { LINKS } from "../../shell/use-route.ts";
import styles from "./first-start.module.css";

/** Whether the hub has an address is known without its answer about the steps. */
type Step = FirstStep | "network";

const STEPS: readonly Step[] = ["network", "device", "reading", "command", "account"];

const STEP_LINKS: Partial<Record<Step, string>> = {
  network: LINKS.doctor,
  device: LINKS.add,
  account: LINKS.access("people"),
};

export function Steps() {
  const { data: steps } = useFirstSteps();
  const { data: hub } = useHub();
  const dismissing = useDismissSteps();
  if (steps === undefined || hub === undefined || steps.dismissed) return null;
  const done = new Set<Step>(steps.done);
  const [address] = hub.addresses;
  if (address !== undefined) done.add("network");
  const isAllDone = STEPS.every((step) => done.has(step));
  return (
    <section className={`panel ${styles["steps"]}`} aria-labelledby="first-steps">
      <header>
        <h2 id="first-steps">{words.steps}</h2>
        <span className="note" role="status">
          {isAllDone ? words.allDone : words.progress(formatCount(done.size), formatCount(STEPS.length))}
        </span>
        <button
          type="button"
          className="button small"
          disabled={dismissing.isPending}
          onClick={() => dismissing.mutate()}
        >
          {words.dismiss}
        </button>
      </header>
      {dismissing.error && (
        <p role="alert">
          {words.notDismissed} {explain(dismissing.error)}
        </p>
      )}
      <ol>
        {STEPS.map((step) => (
          <li key={step} className={done.has(step) ? styles["done"] : undefined}>
            <span className="unseen">{done.has(step) ? words.done : words.undone}: </span>
            {words.stepNames[step]}
            {step === "network" && address !== undefined && <small>{words.reachedAt(hub.mdnsName ?? address)}</small>}
            {!done.has(step) && <Hint step={step} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Hint({ step }: { readonly step: Step }) {
  const link = STEP_LINKS[step];
  const labels: Partial<Record<Step, string>> = words.stepLinks;
  return (
    <small>
      {words.stepHints[step]} {link !== undefined && <a href={link}>{labels[step]}</a>}
    </small>
  );
}
