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
      <Settled key={section}>
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
        <div className={styles["column"]}>
          <People />
          <Sessions />
        </div>
      );
    case "programs":
      return (
        <div className={styles["column"]}>
          <Programs />
        </div>
      );
    case "clients":
      return (
        <div className={styles["column"]}>
          <MqttClients />
        </div>
      );
    case "encryption":
      return <Encryption />;
    case "outside":
      return <Outside />;
    case "log":
      return <AuditLog />;
  }
}
