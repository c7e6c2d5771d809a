// Which version this is, of which hub, and under which licence.
import { apiDocsUrl } from "../../api/platform.ts";
import { useHub } from "../../api/queries.ts";
import { settingsText as text } from "../../i18n/settings/text.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { LINKS } from "../../shell/use-route.ts";
import { Setting } from "./setting.tsx";
import styles from "./settings-page.module.css";

export function About() {
  const status = useHub();
  const { data: hub } = status;
  if (status.isLoadingError) return <Failure title={text.loadFailed} of={status} />;
  if (hub === undefined) return <div className="skeleton" aria-hidden="true" />;
  return (
    <Setting id="about" title="Bramble" isWide>
      <dl className={styles["facts"]}>
        <dt>{text.version}</dt>
        <dd>{hub.version}</dd>
        <dt>{text.hubId}</dt>
        <dd>
          <code>{hub.hubId}</code>
        </dd>
        <dt>{text.help}</dt>
        <dd className={styles["links"]}>
          <a href={LINKS.guides}>{text.guides}</a> · <a href={LINKS.recipes}>{text.recipes}</a> ·{" "}
          <a href={apiDocsUrl(hub)}>{text.apiDocs}</a>
        </dd>
        <dt>{text.licence}</dt>
        <dd>{text.licenceText}</dd>
      </dl>
    </Setting>
  );
}
