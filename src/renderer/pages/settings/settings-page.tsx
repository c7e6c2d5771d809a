// All settings on one page: a list of its sections, and a search over all of them. What concerns the hub is for administrators;
// what concerns the window is for everyone.
import { useEffect, useState } from "react";
import { useMay } from "../../api/me.ts";
import { isDesktop } from "../../api/platform.ts";
import { useReady } from "../../api/use-ready.ts";
import { settingsText as text } from "../../i18n/settings/text.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { LINKS, SETTINGS_SECTIONS, type SettingsSection } from "../../shell/use-route.ts";
import { About } from "./about.tsx";
import { AccessLinks } from "./access-links.tsx";
import { BackupSettings } from "./backups/backup-settings.tsx";
import { DesktopSettings } from "./desktop-settings.tsx";
import { HubSettings } from "./hub-settings.tsx";
import { MoveSettings } from "./move/move-settings.tsx";
import { useHasPassword } from "./own-password.tsx";
import { findSettings, sectionsOf } from "./sections.ts";
import { SetUpFiles } from "./set-up-files.tsx";
import { FoundContext } from "./setting.tsx";
import styles from "./settings-page.module.css";
import { StorageSettings } from "./storage-settings.tsx";
import { WindowSettings } from "./window-settings.tsx";

const CONTENT: Readonly<Record<SettingsSection, () => React.ReactNode>> = {
  hub: () => <HubSettings />,
  desktop: () => <DesktopSettings />,
  storage: () => <StorageSettings />,
  backups: () => <BackupSettings />,
  move: () => <MoveSettings />,
  setUp: () => <SetUpFiles />,
  access: () => <AccessLinks />,
  window: () => <WindowSettings />,
  about: () => <About />,
};
const FOR_EVERYONE: readonly SettingsSection[] = ["window", "about"];

export function SettingsPage({ section }: { readonly section: SettingsSection | null }) {
  const [query, setQuery] = useState("");
  const isAdmin = useMay("admin");
  const found = findSettings(query, useHasPassword() ? [] : ["password"]);
  const inSearch = sectionsOf(found);
  const mayShow = (one: SettingsSection) => (isAdmin || FOR_EVERYONE.includes(one)) && (one !== "desktop" || isDesktop);
  const shown = SETTINGS_SECTIONS.filter((one) => mayShow(one) && inSearch.has(one));

  const isReady = useReady();

  useEffect(() => {
    if (isReady && section !== null) showSection(section);
  }, [isReady, section]);

  return (
    <>
      <PageHeader title={text.title}>
        <input
          type="search"
          className={styles["search"]}
          aria-label={text.search}
          placeholder={text.search}
          value={query}
          onChange={({ target }) => setQuery(target.value)}
        />
      </PageHeader>
      <div className={styles["page"]}>
        <nav className={styles["sections"]} aria-label={text.title}>
          {shown.map((one) => (
            <a
              key={one}
              href={LINKS.settings(one)}
              aria-current={one === section ? "true" : undefined}
              // Pressed again, it does not change the address.
              onClick={() => showSection(one)}
            >
              {text.sections[one]}
            </a>
          ))}
        </nav>
        <div className={`${styles["content"]} ${isReady ? "" : "unready awaited"}`} aria-busy={!isReady}>
          <p role="status" className={styles["nothing"]}>
            {shown.length === 0 && text.nothing(query)}
          </p>
          <FoundContext value={found}>
            {shown.map((one) => (
              <section key={one} className={styles["section"]} aria-labelledby={`settings-${one}`}>
                <h2 id={`settings-${one}`} tabIndex={-1}>
                  {text.sections[one]}
                </h2>
                <div className="panel">{CONTENT[one]()}</div>
              </section>
            ))}
          </FoundContext>
          {!isAdmin && <p className="note">{text.ofHub}</p>}
        </div>
      </div>
    </>
  );
}

/** Its heading takes the focus, from where the keyboard goes on. */
function showSection(section: SettingsSection): void {
  const heading = document.getElementById(`settings-${section}`);
  heading?.scrollIntoView();
  heading?.focus({ preventScroll: true });
}
