// The messages that arrive at the hub, with their verdicts: live, and the refused ones; beside them a box to publish a message.
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
  // Refused messages cannot be assigned to rooms, so a person with a scope of rooms does not see them.
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
