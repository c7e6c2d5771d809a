// How to connect a Raspberry Pi: the agent's installer and two programs, with this hub's address. Waits for the first reading.
import { useState } from "react";
import type { HubInfo } from "../../../shared/api.ts";
import type { Device } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { useDevices, useHub, useInstaller, usePendingDevices, useRefused } from "../../api/queries.ts";
import { useNow } from "../../api/use-now.ts";
import { JoinRequests } from "../../device/joining/join-requests.tsx";
import { formatAgo } from "../../i18n/times.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { LINKS } from "../../shell/use-route.ts";
import { Dot } from "../../ui/dot.tsx";
import { Failure } from "../../ui/failure.tsx";
import styles from "./add-device.module.css";
import { Snippet } from "./snippet.tsx";
import { checkedInstallSnippet, httpSnippet, installSnippet, mqttSnippet } from "./snippets.ts";

export function AddDevice() {
  const hub = useHub();
  const devices = useDevices();
  const pending = usePendingDevices();
  return (
    <>
      <PageHeader title="Add a Raspberry Pi" />
      <p className={styles["lead"]}>
        Run one of these on the Pi; the programs with your own readings in place of the two numbers. The device appears
        here with its first message.
        {hub.data?.joining === "closed" && (
          <>
            {" "}
            <strong>This hub takes no new devices:</strong> it was started with <code>--joining closed</code>.
          </>
        )}
      </p>
      <JoinRequests isOpenAtFirst />
      {hub.isLoadingError && (
        <Failure
          title="The hub's address is not known."
          message={explain(hub.error)}
          onRetry={() => void hub.refetch()}
        />
      )}
      {devices.data && pending.data && <FirstReading joined={devices.data} pending={pending.data} />}
      {hub.data && <Snippets hub={hub.data} />}
    </>
  );
}

function Snippets({ hub }: { readonly hub: HubInfo }) {
  const [chosen, setChosen] = useState<string>();
  const address = hub.addresses.find((one) => one === chosen) ?? hub.addresses[0] ?? "127.0.0.1";
  return (
    <>
      <p className={styles["address"]}>
        {hub.addresses.length > 1 && (
          <label>
            The Pi reaches this hub at{" "}
            <select value={address} onChange={(event) => setChosen(event.target.value)}>
              {hub.addresses.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
        )}
        {hub.mdnsName && (
          <span className="note">
            On most networks <code>{hub.mdnsName}</code> does as well as the address, and stays when that changes.
          </span>
        )}
      </p>
      <div className={styles["snippets"]}>
        <AgentInstaller address={address} />
        <Snippet title="Python, over MQTT" code={mqttSnippet(address, hub.mqttPort)} />
        <Snippet title="Python, over HTTP" code={httpSnippet(address, hub.httpPort, hub.basePath)} />
      </div>
    </>
  );
}

/** The checksum pins the script, so that what runs is what was reviewed. */
function AgentInstaller({ address }: { readonly address: string }) {
  const { data: installer } = useInstaller(address);
  if (installer === undefined) return null;
  return (
    <div className={styles["quick"]}>
      <Snippet title="The agent, in one line" code={installSnippet(installer)}>
        <p className="note">
          On Raspberry Pi OS. It says what it will do and asks before it does it, finds this hub by itself from then on,
          reports how the Pi is, keeps readings while the hub is away, and switches what hangs on its pins.
        </p>
        <details className={styles["checked"]}>
          <summary>Check it first</summary>
          <pre>
            <code>{checkedInstallSnippet(installer)}</code>
          </pre>
          <p className="note">This hub’s id is {installer.hubId}.</p>
        </details>
      </Snippet>
    </div>
  );
}

interface FirstReadingProps {
  readonly joined: readonly Device[];
  readonly pending: readonly Device[];
}

/** Waits for a device that was unknown when the page opened; hidden while the join requests show one. */
function FirstReading({ joined, pending }: FirstReadingProps) {
  const [known] = useState(() => new Set([...joined, ...pending].map(({ id }) => id)));
  const [knownJoined] = useState(() => new Set(joined.map(({ id }) => id)));
  const arrived = joined.find(({ id }) => !knownJoined.has(id));
  if (arrived === undefined && pending.some(({ id }) => !known.has(id))) return null;
  return (
    <div className={styles["firstReading"]} role="status">
      <Dot state={arrived === undefined ? "waiting" : "online"} />
      {arrived === undefined ? (
        <div>
          <strong>Waiting for the first reading…</strong>
          <RecentRefusal />
          <p>
            Nothing comes? <a href={LINKS.doctor}>See whether something is wrong</a>
          </p>
        </div>
      ) : (
        <div>
          <strong>{arrived.name} is here.</strong>
          <p>
            <a href={LINKS.device(arrived.id)}>See its readings</a>
          </p>
        </div>
      )}
    </div>
  );
}

/** An older refusal is unlikely to come from the script that is being tried now. */
const RECENT_REFUSAL_MS = 10 * 60_000;

function RecentRefusal() {
  const { data: [newest] = [] } = useRefused();
  const nowMs = useNow(10_000);
  if (newest === undefined || nowMs - newest.atMs > RECENT_REFUSAL_MS) return null;
  return (
    <p>
      A message from {newest.address} on {newest.source} was refused {formatAgo(newest.atMs, nowMs)}: {newest.message}
    </p>
  );
}
