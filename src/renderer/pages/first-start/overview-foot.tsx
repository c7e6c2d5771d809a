// Below the devices of a young hub: that some are simulated and how they go, and the first steps.
import { Sparkles } from "lucide-react";
import { explain } from "../../api/client.ts";
import { useRemoveSimulated } from "../../api/first-start.ts";
import { useDevices } from "../../api/queries.ts";
import { firstStartText as words } from "../../i18n/later/first-start-text.ts";
import styles from "./first-start.module.css";
import { Steps } from "./steps.tsx";

export function OverviewFoot() {
  return (
    <>
      <SimulatedPis />
      <Steps />
    </>
  );
}

function SimulatedPis() {
  const { data: devices = [] } = useDevices();
  const removing = useRemoveSimulated();
  if (!devices.some(({ simulated }) => simulated === true)) return null;
  return (
    <section className={`panel ${styles["simulated"]}`} aria-label={words.simulatedHere}>
      <Sparkles className="icon" aria-hidden="true" />
      <p>
        <strong>{words.simulatedHere}</strong> {words.simulatedText}
      </p>
      <button type="button" className="button danger" disabled={removing.isPending} onClick={() => removing.mutate()}>
        {removing.isPending ? words.removing : words.removeSimulated}
      </button>
      {removing.error && (
        <p role="alert">
          {words.notRemoved} {explain(removing.error)}
        </p>
      )}
    </section>
  );
}
