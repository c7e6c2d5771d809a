// The brand and the links to the pages: a column beside the page, a bar above it in a narrow window.
import { useDevices } from "../api/queries.ts";
import { BrandMark } from "./brand-mark.tsx";
import styles from "./navigation.module.css";
import { LINKS, type Route } from "./use-route.ts";

export function Navigation({ route }: { readonly route: Route }) {
  const { data: devices } = useDevices();
  return (
    <nav className={styles["navigation"]} aria-label="Pages">
      <a className={styles["brand"]} href={LINKS.overview}>
        <BrandMark />
        Bramble
      </a>
      <a className={styles["page"]} href={LINKS.overview} aria-current={route.kind === "overview" ? "page" : undefined}>
        Overview
        {devices !== undefined && <small title="devices">{devices.length}</small>}
      </a>
      <a className={styles["page"]} href={LINKS.doctor} aria-current={route.kind === "doctor" ? "page" : undefined}>
        Is something wrong?
      </a>
    </nav>
  );
}
