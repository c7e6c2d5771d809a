// The top senders of the last minute, by messages or by bytes; pressing one filters by it.
import { useRef, useState } from "react";
import type { Talker } from "../../../../shared/mqtt/message-log.ts";
import { useDevices } from "../../../api/queries.ts";
import { formatBytes, formatCount } from "../../../i18n/numbers.ts";
import { formatSpan } from "../../../i18n/times.ts";
import { useSteadyList } from "../../../ui/hooks/use-steady-list.ts";
import { Segmented } from "../../../ui/segmented.tsx";
import { FoldingPanel } from "../folding-panel.tsx";
import { words } from "../words.ts";
import styles from "./top-talkers.module.css";
import type { Talkers } from "./use-message-log.ts";

const MAX_SHOWN = 8;

type Order = "messages" | "bytes";

interface Props {
  readonly talkers: Talkers | undefined;
  readonly onDevice: (device: string) => void;
}

export function TopTalkers({ talkers, onDevice }: Props) {
  const [by, setBy] = useState<Order>("messages");
  const shown = (talkers?.talkers ?? []).toSorted((a, b) => b[by] - a[by]).slice(0, MAX_SHOWN);
  return (
    <FoldingPanel title={words.talkers}>
      <div className={styles["head"]}>
        <Segmented
          legend={words.talkersBy}
          value={by}
          onChange={setBy}
          options={[
            ["messages", words.byMessages],
            ["bytes", words.byBytes],
          ]}
        />
        {talkers !== undefined && talkers.spanMs > 0 && (
          <span className="note">{words.inLast(formatSpan(talkers.spanMs))}</span>
        )}
      </div>
      {shown.length === 0 ? (
        <p className="note">{words.nobody}</p>
      ) : (
        <Senders talkers={shown} by={by} onDevice={onDevice} />
      )}
      {talkers !== undefined && talkers.messages > 0 && (
        <p className="note">
          {words.total(talkers.messages, formatCount(talkers.messages), formatBytes(talkers.bytes))}
        </p>
      )}
    </FoldingPanel>
  );
}

interface SendersProps {
  /** Who sends most first: that changes every second. */
  readonly talkers: readonly Talker[];
  readonly by: Order;
  readonly onDevice: (device: string) => void;
}

function Senders({ talkers, by, onDevice }: SendersProps) {
  const { data: devices = [] } = useDevices();
  const list = useRef<HTMLOListElement>(null);
  const shown = useSteadyList(talkers, keyOf, list);
  const most = talkers[0]?.[by] ?? 1;
  const nameOf = ({ device, address }: Talker) => devices.find(({ id }) => id === device)?.name ?? device ?? address;
  return (
    <ol ref={list} className={styles["talkers"]}>
      {shown.map((talker) => (
        <li key={keyOf(talker)}>
          <Name talker={talker} name={nameOf(talker)} onDevice={onDevice} />
          <span>
            {by === "bytes"
              ? formatBytes(talker.bytes)
              : words.talkerMessages(talker.messages, formatCount(talker.messages))}
          </span>
          <progress aria-hidden="true" max={most} value={talker[by]} />
        </li>
      ))}
    </ol>
  );
}

const keyOf = ({ device, address }: Talker): string => device ?? `from ${address}`;

interface NameProps {
  readonly talker: Talker;
  readonly name: string;
  readonly onDevice: (device: string) => void;
}

function Name({ talker: { device }, name, onDevice }: NameProps) {
  if (device === undefined) return <span className="cut">{name}</span>;
  return (
    <button type="button" className="cut" title={words.onlyDevice(name)} onClick={() => onDevice(device)}>
      {name}
    </button>
  );
}
