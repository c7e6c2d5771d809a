// What an empty hub shows above the programs: three ways to the first reading, and the first steps.
import { Cpu, Sparkles, Terminal } from "lucide-react";
import type { ReactNode } from "react";
import { explain } from "../../api/client.ts";
import { useSimulate } from "../../api/first-start.ts";
import { useHub } from "../../api/queries.ts";
import { firstStartText as words } from "../../i18n/later/first-start-text.ts";
import { pageText } from "../../i18n/page-text.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { LINKS } from "../../shell/use-route.ts";
import styles from "./first-start.module.css";
import { Steps } from "./steps.tsx";

interface Props {
  /** Leads to what stands further down. */
  readonly onShow: (part: "agent" | "programs") => void;
}

export function FirstStart({ onShow }: Props) {
  const simulating = useSimulate();
  const { data: hub } = useHub();
  return (
    <>
      <PageHeader title={words.title}>
        <a className="button" href={LINKS.recipes}>
          {words.recipes}
        </a>
      </PageHeader>
      <p className={styles["lead"]}>
        {words.lead}
        {hub?.joining === "closed" && (
          <>
            {" "}
            <strong>{pageText.addDevice.closed}</strong> {pageText.addDevice.closedBy}
          </>
        )}
      </p>
      <ul className={styles["ways"]}>
        <Way icon={<Cpu aria-hidden="true" />} title={words.agent} words={words.agentText}>
          <button type="button" className="button" onClick={() => onShow("agent")}>
            {words.agentAction}
          </button>
        </Way>
        <Way icon={<Terminal aria-hidden="true" />} title={words.program} words={words.programText}>
          <button type="button" className="button" onClick={() => onShow("programs")}>
            {words.programAction}
          </button>
        </Way>
        <Way icon={<Sparkles aria-hidden="true" />} title={words.simulate} words={words.simulateText}>
          <button
            type="button"
            className="button primary"
            disabled={simulating.isPending}
            onClick={() => simulating.mutate()}
          >
            {simulating.isPending ? words.simulating : words.simulateAction}
          </button>
          {simulating.error && (
            <p role="alert">
              {words.notSimulated} {explain(simulating.error)}
            </p>
          )}
        </Way>
      </ul>
      <Steps />
    </>
  );
}

interface WayProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly words: string;
  readonly children: ReactNode;
}

function Way({ icon, title, words: lead, children }: WayProps) {
  return (
    <li className={`panel ${styles["way"]}`}>
      {icon}
      <h2>{title}</h2>
      <p>{lead}</p>
      {children}
    </li>
  );
}
