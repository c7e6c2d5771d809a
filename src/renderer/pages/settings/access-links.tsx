// The way to the page about access, whose sections are a subject of their own.
import { settingsText as text } from "../../i18n/settings/text.ts";
import { LINKS } from "../../shell/use-route.ts";
import { Setting } from "./setting.tsx";
import styles from "./settings-page.module.css";

const SECTIONS = ["people", "devices", "encryption", "outside", "log"] as const;

export function AccessLinks() {
  return (
    <Setting id="access" hint={text.accessHint} isWide>
      <ul className={`${styles["list"]} ${styles["links"]}`}>
        {SECTIONS.map((section) => (
          <li key={section}>
            <a href={LINKS.access(section)}>{text.accessLinks[section]}</a>
          </li>
        ))}
      </ul>
    </Setting>
  );
}
