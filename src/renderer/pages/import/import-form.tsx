// How the file is understood: the guesses, to be changed, and the first rows with what becomes of them.
import type { ImportForm as Form, Import, ImportColumn, ImportFormChanges } from "../../../shared/history/import.ts";
import { COLUMN_ROLES, ENCODINGS, SEPARATORS, TIME_FORMS } from "../../../shared/history/import.ts";
import { formatCount } from "../../i18n/numbers.ts";
import form from "../../ui/form.module.css";
import styles from "./import-page.module.css";
import { texts } from "./texts.ts";

interface Props {
  readonly state: Import;
  readonly isDisabled: boolean;
  readonly onChange: (changes: ImportFormChanges) => void;
}

const MAX_SHOWN_ROWS = 8;
const MAX_SHOWN_READINGS = 3;

export function ImportForm({ state, isDisabled, onChange }: Props) {
  const { form: now, isDayOrderGuessed, titles } = state;
  const columnName = (at: number) => titles[at] || texts.column(at + 1);
  const setColumn = (at: number, column: ImportColumn) =>
    onChange({ columns: now.columns.map((one, place) => (place === at ? column : one)) });
  return (
    <fieldset className={styles["form"]} disabled={isDisabled} aria-label={texts.understood}>
      <h2>{texts.understood}</h2>
      <div className={styles["fields"]}>
        <Choice
          label={texts.separator}
          value={now.separator}
          options={SEPARATORS}
          nameOf={(one) => texts.separators[one]}
          onChange={(separator) => onChange({ separator })}
        />
        <Choice
          label={texts.decimal}
          value={now.decimal}
          options={[".", ","] as const}
          nameOf={(one) => texts.decimals[one]}
          onChange={(decimal) => onChange({ decimal })}
        />
        <Choice
          label={texts.header}
          value={now.header ? "true" : "false"}
          options={["true", "false"] as const}
          nameOf={(one) => texts.headers[one]}
          onChange={(header) => onChange({ header: header === "true" })}
        />
        <Choice
          label={texts.encoding}
          value={now.encoding}
          options={ENCODINGS}
          nameOf={(one) => one.toUpperCase()}
          onChange={(encoding) => onChange({ encoding })}
        />
        <Choice
          label={texts.time}
          value={now.time}
          options={TIME_FORMS}
          nameOf={(one) => texts.times[one]}
          onChange={(time) => onChange({ time })}
        />
        {state.isZoneNeeded && <Words label={texts.zone} value={now.zone} onChange={(zone) => onChange({ zone })} />}
        {!now.columns.some(({ role }) => role === "device") && (
          <Words label={texts.device} value={now.device} onChange={(device) => onChange({ device })} />
        )}
      </div>
      {isDayOrderGuessed && <p className={styles["doubt"]}>{texts.dayOrder}</p>}
      <div className={styles["columns"]}>
        {now.columns.map((column, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place.
          <div key={at}>
            <Choice
              label={columnName(at)}
              value={column.role}
              options={COLUMN_ROLES}
              nameOf={(one) => texts.roles[one]}
              onChange={(role) => setColumn(at, role === "value" ? { ...column, role } : { role })}
            />
            {column.role === "value" && !hasMetricColumn(now) && (
              <Words
                label={texts.metric(columnName(at))}
                value={column.metric ?? "value"}
                onChange={(metric) => setColumn(at, { ...column, metric })}
              />
            )}
          </div>
        ))}
      </div>
      <FirstRows state={state} />
    </fieldset>
  );
}

const hasMetricColumn = ({ columns }: Form): boolean => columns.some(({ role }) => role === "metric");

function FirstRows({ state: { preview } }: { readonly state: Import }) {
  return (
    <section className={styles["rows"]} aria-label={texts.firstRows}>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.line}</th>
            <th scope="col">{texts.firstRows}</th>
            <th scope="col">{texts.becomes}</th>
          </tr>
        </thead>
        <tbody>
          {preview.slice(0, MAX_SHOWN_ROWS).map(({ line, cells, readings, reason }) => (
            <tr key={line}>
              <td>{line}</td>
              <td>{cells.join(" │ ")}</td>
              <td>
                {readings.slice(0, MAX_SHOWN_READINGS).map(({ device, metric, ts, value }) => (
                  <div key={metric}>
                    {device} · {metric} = {value} · <time>{new Date(ts).toLocaleString()}</time>
                  </div>
                ))}
                {readings.length > MAX_SHOWN_READINGS && texts.more(formatCount(readings.length - MAX_SHOWN_READINGS))}
                {reason !== undefined && <span className={styles["doubt"]}>{reason}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly T[];
  readonly nameOf: (option: T) => string;
  readonly onChange: (chosen: T) => void;
}

function Choice<T extends string>({ label, value, options, nameOf, onChange }: ChoiceProps<T>) {
  return (
    <label className={form["field"]}>
      {label}
      <select
        value={value}
        onChange={({ target }) => {
          const chosen = options.find((one) => one === target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {options.map((one) => (
          <option key={one} value={one}>
            {nameOf(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface WordsProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** Told once a person leaves it. */
function Words({ label, value, onChange }: WordsProps) {
  return (
    <label className={form["field"]}>
      {label}
      <input
        key={value}
        defaultValue={value}
        onBlur={({ target }) => {
          if (target.value.trim() !== value) onChange(target.value.trim());
        }}
      />
    </label>
  );
}
