// The guides, for tasks outside of the window: a list of them, and one at an address of its own.
import { guidesText as text } from "../../i18n/later/guides-text.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { LINKS } from "../../shell/use-route.ts";
import { GuideText } from "./guide-text.tsx";
import { GUIDES, type Guide } from "./guides.ts";
import styles from "./guides-page.module.css";

/** `name` is the one in the address; for an unknown one the list is shown. */
export function GuidesPage({ name }: { readonly name: string | null }) {
  const guide = name === null ? undefined : GUIDES.get(name);
  return guide === undefined ? <GuideList /> : <OneGuide guide={guide} />;
}

function GuideList() {
  return (
    <>
      <PageHeader title={text.title} />
      <p className={styles["lead"]}>{text.lead}</p>
      <ul className={styles["list"]} lang="en">
        {[...GUIDES.values()].map(({ name, title }) => (
          <li key={name}>
            <a className="panel" href={LINKS.guide(name)}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function OneGuide({ guide: { title, blocks } }: { readonly guide: Guide }) {
  return (
    <>
      <PageHeader title={title} language="en">
        <a className="button small" href={LINKS.guides}>
          {text.all}
        </a>
      </PageHeader>
      <article className={styles["guide"]} lang="en">
        <GuideText tokens={blocks} />
      </article>
    </>
  );
}
