// What of the log is shown: text, device, verdict, protocol.
import type { ReactNode } from "react";
import {
  LOG_TRANSPORTS,
  LOG_VERDICTS,
  type LogFilter,
  type LogTransport,
  type LogVerdict,
  MAX_FILTER_CHARACTERS,
} from "../../../../shared/mqtt/message-log.ts";
import { useDevices } from "../../../api/queries.ts";
import { words } from "../words.ts";
import styles from "./live-log.module.css";

interface Props {
  readonly filter: LogFilter;
  readonly onChange: (filter: LogFilter) => void;
  /** Buttons behind the fields; optional ones come last. */
  readonly children: ReactNode;
}

export function LogFilters({ filter, onChange, children }: Props) {
  const { data: devices = [] } = useDevices();
  const { text = "", device = "", verdict, transport } = filter;
  const fields: Fields = { text, device, verdict, transport };
  const change = (changes: Partial<Fields>) => onChange(filterOf({ ...fields, ...changes }));
  // A device that talkers name may not have joined.
  const isKnown = device === "" || devices.some(({ id }) => id === device);
  return (
    <search className={styles["filters"]} aria-label={words.filters}>
      <input
        type="search"
        aria-label={words.search}
        placeholder={words.search}
        title={words.searchHelp}
        maxLength={MAX_FILTER_CHARACTERS}
        value={text}
        onChange={({ target }) => change({ text: target.value })}
      />
      <select aria-label={words.device} value={device} onChange={({ target }) => change({ device: target.value })}>
        <option value="">{words.allDevices}</option>
        {!isKnown && <option value={device}>{device}</option>}
        {devices.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label={words.verdict}
        value={verdict ?? ""}
        onChange={({ target }) => change({ verdict: LOG_VERDICTS.find((one) => one === target.value) })}
      >
        <option value="">{words.allVerdicts}</option>
        {LOG_VERDICTS.map((one) => (
          <option key={one} value={one}>
            {words.verdicts[one]}
          </option>
        ))}
      </select>
      <select
        aria-label={words.transport}
        value={transport ?? ""}
        onChange={({ target }) => change({ transport: LOG_TRANSPORTS.find((one) => one === target.value) })}
      >
        <option value="">{words.allTransports}</option>
        {LOG_TRANSPORTS.map((one) => (
          <option key={one} value={one}>
            {words.transports[one]}
          </option>
        ))}
      </select>
      {children}
      {Object.keys(filter).length > 0 && (
        <button type="button" className="button" onClick={() => onChange({})}>
          {words.showAll}
        </button>
      )}
    </search>
  );
}

interface Fields {
  readonly text: string;
  readonly device: string;
  readonly verdict: LogVerdict | undefined;
  readonly transport: LogTransport | undefined;
}

/** Empty fields do not filter. */
function filterOf({ text, device, verdict, transport }: Fields): LogFilter {
  return {
    ...(text !== "" && { text }),
    ...(device !== "" && { device }),
    ...(verdict !== undefined && { verdict }),
    ...(transport !== undefined && { transport }),
  };
}
