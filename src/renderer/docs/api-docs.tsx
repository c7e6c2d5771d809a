// The page to try the API: every operation by its subject, with a form that sends it.
import { useState } from "react";
import { Around } from "../i18n/around.tsx";
import { apiDocsText as t } from "../i18n/later/api-docs-text.ts";
import { BrandMark } from "../shell/navigation/brand-mark.tsx";
import { type ApiDescription, groupsOf } from "./api-description.ts";
import styles from "./api-docs.module.css";
import { OperationEntry } from "./operation-entry.tsx";

/** How a program shows its token. */
const HEADER = "Authorization: Bearer …";

interface Props {
  readonly api: ApiDescription;
}

export function ApiDocs({ api }: Props) {
  const [filter, setFilter] = useState("");
  const [token, setToken] = useState("");
  const groups = groupsOf(api, filter);
  return (
    <main className={styles["page"]}>
      <header className={styles["head"]}>
        <BrandMark />
        <h1>Bramble API</h1>
        <p className="note">
          {t.version(api.info.version)} · <a href="v1/openapi.json">openapi.json</a>
        </p>
      </header>
      <p className={styles["about"]}>
        {api.info.description}{" "}
        <Around sentence={t.about(HEADER)} part={HEADER}>
          <code>{HEADER}</code>
        </Around>
      </p>
      <div className={styles["tools"]}>
        <label>
          {t.find}
          <input type="search" value={filter} onChange={(event) => setFilter(event.target.value)} />
        </label>
        <label>
          {t.token}
          <input
            type="password"
            autoComplete="off"
            value={token}
            onChange={(event) => setToken(event.target.value.trim())}
          />
        </label>
      </div>
      {groups.map(({ name, description: about, operations }) => (
        <section key={name} className={styles["group"]} aria-label={name}>
          <h2>{name}</h2>
          {about !== "" && <p className="note">{about}</p>}
          {operations.map((operation) => (
            <OperationEntry
              key={operation.operationId}
              operation={operation}
              schemas={api.components.schemas}
              token={token}
            />
          ))}
        </section>
      ))}
      {groups.length === 0 && <p className="note">{t.nothing(filter)}</p>}
    </main>
  );
}
