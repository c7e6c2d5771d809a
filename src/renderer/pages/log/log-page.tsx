// What arrives at the hub and what becomes of it: live, and what was refused; beside it a box to publish a message by hand.
import { useState } from "react";
import { useMay, useSeesAll } from "../../api/me.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { LINKS } from "../../shell/use-route.ts";
import { LiveLog } from "./live/live-log.tsx";
import styles from "./log-page.module.css";
import { type Draft, PublishBox } from "./publish/publish-box.tsx";
import { RefusedList } from "./refused-list.tsx";
import { words } from "./words.ts";

interface Props {
  readonly section: "live" | "refused";
}

export function LogPage({ section }: Props) {
  const mayPublish = useMay("operator");
  // One who sees some rooms alone is shown what comes from there, not what could not be told apart.
  const seesAll = useSeesAll();
  const [draft, setDraft] = useState<Draft>();
  const edit = mayPublish ? setDraft : undefined;
  const publishBox = mayPublish && <PublishBox draft={draft} />;
  return (
    <>
      <PageHeader title={words.title}>
        {seesAll && (
          <nav className={styles["sections"]} aria-label={words.title}>
            <a href={LINKS.log} aria-current={section === "live" ? "page" : undefined}>
              {words.sections.live}
            </a>
            <a href={LINKS.refused} aria-current={section === "refused" ? "page" : undefined}>
              {words.sections.refused}
            </a>
          </nav>
        )}
      </PageHeader>
      {section === "refused" && seesAll ? (
        <RefusedList onEdit={edit}>{publishBox}</RefusedList>
      ) : (
        <LiveLog onEdit={edit}>{publishBox}</LiveLog>
      )}
    </>
  );
}
