// Who may do what: devices, people, programs, and the log of what was done. For administrators alone.
import { useMay } from "../../api/me.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { pageText } from "../../i18n/page-text.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { Settled } from "../../shell/settled.tsx";
import { type AccessSection, LINKS } from "../../shell/use-route.ts";
import styles from "./access-page.module.css";
import { AuditLog } from "./audit-log.tsx";
import { DeviceAccess } from "./device-access.tsx";
import { Encryption } from "./encryption.tsx";
import { MqttClients } from "./mqtt-clients.tsx";
import { Outside } from "./outside.tsx";
import { People } from "./people.tsx";
import { Programs } from "./programs.tsx";
import { Sessions } from "./sessions.tsx";

const { title, sections, forAdmins } = accessText.page;

const SECTIONS = [
  ["devices", sections.devices],
  ["people", sections.people],
  ["programs", sections.programs],
  ["clients", pageText.clients.section],
  ["encryption", sections.encryption],
  ["outside", sections.outside],
  ["log", sections.log],
] as const;

/** Panels stand beside one another where there is room, and so do the rows of a list, but not those of the log, which are in order. */
const LAYOUT: Readonly<Record<AccessSection, "panels" | "list" | "log">> = {
  devices: "panels",
  people: "panels",
  programs: "list",
  clients: "list",
  encryption: "panels",
  outside: "panels",
  log: "log",
};

export function AccessPage({ section }: { readonly section: AccessSection }) {
  if (!useMay("admin"))
    return (
      <>
        <PageHeader title={title} />
        <p>{forAdmins}</p>
      </>
    );
  return (
    <>
      <PageHeader title={title} />
      <nav className={styles["sections"]} aria-label={title}>
        {SECTIONS.map(([name, label]) => (
          <a
            key={name}
            ref={name === section ? showInRow : undefined}
            href={LINKS.access(name)}
            aria-current={name === section ? "page" : undefined}
          >
            {label}
          </a>
        ))}
      </nav>
      <Settled key={section} className={styles[LAYOUT[section]]}>
        <Section section={section} />
      </Settled>
    </>
  );
}

/** On a phone the row is longer than the screen is wide. */
const showInRow = (link: HTMLElement | null) => link?.scrollIntoView({ block: "nearest", inline: "center" });

function Section({ section }: { readonly section: AccessSection }) {
  switch (section) {
    case "devices":
      return <DeviceAccess />;
    case "people":
      return (
        <>
          <People />
          <Sessions />
        </>
      );
    case "programs":
      return <Programs />;
    case "clients":
      return <MqttClients />;
    case "encryption":
      return <Encryption />;
    case "outside":
      return <Outside />;
    case "log":
      return <AuditLog />;
  }
}
