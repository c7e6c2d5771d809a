// Which of the hub's addresses, or names, others are to reach it by.
import type { HubInfo } from "../../shared/api.ts";
import { hubHosts } from "../i18n/hub-links.ts";
import styles from "./hub-address.module.css";

interface Props {
  readonly label: string;
  readonly hub: HubInfo;
  readonly chosen: string | undefined;
  readonly onChosen: (host: string) => void;
}

/** The one that was chosen, while the hub still has it; else the one that this browser uses. */
export function chosenHost(hub: HubInfo, chosen: string | undefined): string {
  const hosts = hubHosts(hub);
  return hosts.find((host) => host === chosen) ?? hosts[0] ?? "127.0.0.1";
}

/** Nothing where there is nothing to choose. */
export function HubAddress({ label, hub, chosen, onChosen }: Props) {
  const hosts = hubHosts(hub);
  if (hosts.length < 2) return null;
  return (
    <label className={styles["address"]}>
      {label}{" "}
      <select value={chosenHost(hub, chosen)} onChange={({ target }) => onChosen(target.value)}>
        {hosts.map((host) => (
          <option key={host}>{host}</option>
        ))}
      </select>
    </label>
  );
}
