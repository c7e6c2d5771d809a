// The brand, the search, and links to the permitted pages: a column beside the page, on a phone a bar below it.
import {
  ChartSpline,
  FileUp,
  KeyRound,
  LayoutGrid,
  type LucideIcon,
  ScrollText,
  Search,
  Settings,
  Stethoscope,
} from "lucide-react";
import { useMay, useMe, useSeesAll } from "../../api/me.ts";
import { useDevices } from "../../api/queries.ts";
import { text } from "../../i18n/text.ts";
import { isCommandKey } from "../../ui/modifier-key.ts";
import { LINKS, type Route } from "../use-route.ts";
import { BrandMark } from "./brand-mark.tsx";
import styles from "./navigation.module.css";
import { ViewLinks } from "./view-links.tsx";

interface Props {
  readonly route: Route;
  readonly onFind: () => void;
}

export function Navigation({ route, onFind }: Props) {
  const { isPending } = useMe();
  return (
    <nav className={styles["navigation"]} aria-label={text.shell.pages}>
      <a className={styles["brand"]} href={LINKS.overview}>
        <BrandMark />
        Bramble
      </a>
      {/* On a phone the links that not everybody has would push the others aside. */}
      {!isPending && <Links route={route} onFind={onFind} />}
    </nav>
  );
}

function Links({ route, onFind }: Props) {
  const { data: devices } = useDevices();
  const { data: me } = useMe();
  const isShared = me?.kind === "share";
  const hasPages = me !== undefined && !isShared;
  const isAdmin = useMay("admin");
  const seesAll = useSeesAll();
  const { overview, doctor, doctorShort, access, log } = text.shell;
  return (
    <>
      <button
        type="button"
        className={styles["find"]}
        aria-keyshortcuts={isCommandKey ? "Meta+K" : "Control+K"}
        onClick={onFind}
      >
        <Search aria-hidden="true" />
        <span className={styles["long"]}>{text.shell.find}</span>
        <span className={styles["short"]} aria-hidden="true">
          {text.shell.findShort}
        </span>
        <kbd>{isCommandKey ? "⌘K" : "Ctrl K"}</kbd>
      </button>
      {!isShared && (
        <PageLink icon={LayoutGrid} href={LINKS.overview} isCurrent={route.kind === "overview"} name={overview}>
          {devices !== undefined && <small title={text.shell.devices}>{devices.length}</small>}
        </PageLink>
      )}
      {hasPages && (
        <PageLink
          icon={ChartSpline}
          href={LINKS.compare}
          isCurrent={route.kind === "compare" && route.view === null}
          name={text.shell.compare}
        />
      )}
      {seesAll && (
        <PageLink
          icon={Stethoscope}
          href={LINKS.doctor}
          isCurrent={route.kind === "doctor"}
          name={doctor}
          shortName={doctorShort}
        />
      )}
      {hasPages && (
        <PageLink icon={ScrollText} href={LINKS.log} isCurrent={route.kind === "log"} name={log} isWide={true} />
      )}
      {isAdmin && (
        <PageLink
          icon={FileUp}
          href={LINKS.import}
          isCurrent={route.kind === "import"}
          name={text.shell.import}
          isWide={true}
        />
      )}
      {isAdmin && (
        <PageLink icon={KeyRound} href={LINKS.access("devices")} isCurrent={route.kind === "access"} name={access} />
      )}
      {hasPages && (
        <PageLink
          icon={Settings}
          href={LINKS.settings()}
          isCurrent={route.kind === "settings"}
          name={text.shell.settings}
        />
      )}
      {hasPages && <ViewLinks shown={route.kind === "compare" ? route.view : null} />}
    </>
  );
}

interface LinkProps {
  readonly icon: LucideIcon;
  readonly href: string;
  readonly isCurrent: boolean;
  readonly name: string;
  /** For a narrow column and a phone's bar, where `name` takes more than a line. */
  readonly shortName?: string;
  /** A phone's bar has no room for it: it is found by “Find anything” there. */
  readonly isWide?: true;
  readonly children?: React.ReactNode;
}

function PageLink({ icon: Icon, href, isCurrent, name, shortName, isWide, children }: LinkProps) {
  return (
    <a className={styles["page"]} data-wide={isWide} href={href} aria-current={isCurrent ? "page" : undefined}>
      <Icon aria-hidden="true" />
      <span className={shortName && styles["long"]}>{name}</span>
      {shortName && <span className={styles["short"]}>{shortName}</span>}
      {children}
    </a>
  );
}
