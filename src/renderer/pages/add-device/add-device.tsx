// How to connect a Raspberry Pi: the agent's installer and programs for this hub. Waits for the first reading.
import { TriangleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { JoiningMode } from "../../../shared/api.ts";
import type { Device } from "../../../shared/device.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { useDevices, useHub, usePendingDevices, useRefused } from "../../api/queries.ts";
import { JoinRequests } from "../../device/joining/join-requests.tsx";
import { Moment } from "../../i18n/moment.tsx";
import { pageText } from "../../i18n/page-text.ts";
import { formatMoment } from "../../i18n/times.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import { Settled } from "../../shell/settled.tsx";
import { LINKS } from "../../shell/use-route.ts";
import { Dot } from "../../ui/dot.tsx";
import styles from "./add-device.module.css";
import { Programs, type ProgramsPart } from "./programs.tsx";

const words = pageText.addDevice;

interface Props {
  /** In place of the page's own heading; `show` leads to what stands below, as soon as it is there. */
  readonly head?: (show: (part: ProgramsPart) => void) => ReactNode;
}

export function AddDevice({ head }: Props) {
  const hub = useHub();
  const devices = useDevices();
  const pending = usePendingDevices();
  // An object, so that the same can be asked for again.
  const [wanted, setWanted] = useState<{ readonly part: ProgramsPart }>();
  return (
    <>
      {head?.((part) => setWanted({ part })) ?? <Head joining={hub.data?.joining} />}
      <JoinRequests isAwaited />
      {hub.isLoadingError && <Failure title={words.hubUnknown} of={hub} />}
      <Settled isAside>
        {devices.data && pending.data && <FirstReading joined={devices.data} pending={pending.data} />}
        {hub.data && (
          <Programs hub={hub.data} known={[...(devices.data ?? []), ...(pending.data ?? [])]} wanted={wanted} />
        )}
      </Settled>
    </>
  );
}

function Head({ joining }: { readonly joining: JoiningMode | undefined }) {
  return (
    <>
      <PageHeader title={words.title}>
        <a className="button" href={LINKS.recipes}>
          {words.recipes}
        </a>
      </PageHeader>
      <p className={styles["lead"]}>
        {words.lead}
        {joining === "closed" && (
          <>
            {" "}
            <strong>{words.closed}</strong> {words.closedBy}
          </>
        )}
      </p>
    </>
  );
}

interface FirstReadingProps {
  readonly joined: readonly Device[];
  readonly pending: readonly Device[];
}

/** Waits for a device that was unknown when the page opened; empty while the join requests show one. */
function FirstReading({ joined, pending }: FirstReadingProps) {
  const [known] = useState(() => new Set([...joined, ...pending].map(({ id }) => id)));
  const [knownJoined] = useState(() => new Set(joined.map(({ id }) => id)));
  const arrived = joined.find(({ id }) => !knownJoined.has(id));
  if (arrived === undefined && pending.some(({ id }) => !known.has(id))) return null;
  return (
    <div role="status">
      {arrived === undefined && <RecentRefusal />}
      <div className={styles["firstReading"]}>
        <Dot state={arrived === undefined ? "waiting" : "online"} />
        {arrived === undefined ? (
          <div>
            <strong>{known.size === 0 ? words.waiting : words.waitingForNew}</strong>
            <p>
              {words.nothingComes} <a href={LINKS.doctor}>{words.seeDoctor}</a>
            </p>
          </div>
        ) : (
          <div>
            <strong>{words.arrived(arrived.name)}</strong>
            <p>
              <a href={LINKS.device(arrived.id)}>{words.seeReadings}</a>
            </p>
          </div>
        )}
      </div>
    </div>
  );
}

/** An older refusal is probably not from the script that is being tried now. */
const RECENT_REFUSAL_MS = 10 * 60_000;

function RecentRefusal() {
  const { data: [newest] = [] } = useRefused();
  const nowMs = useNow(10_000);
  if (newest === undefined || nowMs - newest.atMs > RECENT_REFUSAL_MS) return null;
  const { address, source, atMs, message } = newest;
  return (
    <p className={styles["refusal"]}>
      <TriangleAlert className="icon" aria-hidden="true" />
      <span>
        {/* Not how long ago: it is read out again with each change. */}
        <Moment ms={atMs} within={(time) => words.refused(address, source, time, message)}>
          {formatMoment(atMs, nowMs)}
        </Moment>
      </span>
    </p>
  );
}
