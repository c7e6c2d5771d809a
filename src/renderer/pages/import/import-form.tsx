// How the file is understood: the guesses, to be changed, and the first rows with what becomes of them.
import type { ImportForm as Form, Import, ImportColumn, ImportFormChanges } from "../../../shared/history/import.ts";
import { COLUMN_ROLES, ENCODINGS, SEPARATORS, TIME_FORMS } from "../../../shared/history/import.ts";
import { importText as text } from "../../i18n/later/import-text.ts";
import { formatCount } from "../../i18n/numbers.ts";
import { formatExact } from "../../i18n/times.ts";
import form from "../../ui/form.module.css";
import styles from "./import-page.module.css";

interface Props {
  readonly state: Import;
  readonly isDisabled: boolean;
  readonly onChange: (changes: ImportFormChanges) => void;
}

const MAX_SHOWN_ROWS = 5;
const MAX_SHOWN_READINGS = 3;

export function ImportForm({ state, isDisabled, onChange }: Props) {
  const { form: now, isDayOrderGuessed, titles } = state;
  const columnName = (at: number) => titles[at] || text.column(at + 1);
  const setColumn = (at: number, column: ImportColumn) =>
    onChange({ columns: now.columns.map((one, place) => (place === at ? column : one)) });
  return (
    <fieldset className={styles["form"]} disabled={isDisabled} aria-label={text.understood}>
      <h2>{text.understood}</h2>
      <div className={styles["fields"]}>
        <Choice
          label={text.separator}
          value={now.separator}
          options={SEPARATORS}
          nameOf={(one) => text.separators[one]}
          onChange={(separator) => onChange({ separator })}
        />
        <Choice
          label={text.decimal}
          value={now.decimal}
          options={[".", ","] as const}
          nameOf={(one) => text.decimals[one]}
          onChange={(decimal) => onChange({ decimal })}
        />
        <Choice
          label={text.header}
          value={now.header ? "true" : "false"}
          options={["true", "false"] as const}
          nameOf={(one) => text.headers[one]}
          onChange={(header) => onChange({ header: header === "true" })}
        />
        <Choice
          label={text.encoding}
          value={now.encoding}
          options={ENCODINGS}
          nameOf={(one) => one.toUpperCase()}
          onChange={(encoding) => onChange({ encoding })}
        />
        <Choice
          label={text.time}
          value={now.time}
          options={TIME_FORMS}
          nameOf={(one) => text.times[one]}
          onChange={(time) => onChange({ time })}
        />
        {state.isZoneNeeded && <TextField label={text.zone} value={now.zone} onChange={(zone) => onChange({ zone })} />}
        {!now.columns.some(({ role }) => role === "device") && (
          <TextField label={text.device} value={now.device} onChange={(device) => onChange({ device })} />
        )}
      </div>
      {isDayOrderGuessed && <p className={styles["doubt"]}>{text.dayOrder}</p>}
      <div className={styles["columns"]}>
        {now.columns.map((column, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place.
          <div key={at}>
            <Choice
              label={columnName(at)}
              value={column.role}
              options={COLUMN_ROLES}
              nameOf={(one) => text.roles[one]}
              onChange={(role) => setColumn(at, role === "value" ? { ...column, role } : { role })}
            />
            {column.role === "value" && !hasMetricColumn(now) && (
              <TextField
                label={text.metric(columnName(at))}
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
    // It scrolls: the keyboard must reach it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className={styles["rows"]} tabIndex={0} aria-label={text.firstRows}>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.line}</th>
            <th scope="col">{text.firstRows}</th>
            <th scope="col">{text.becomes}</th>
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
                    {device} · {metric} = {value} · <time dateTime={new Date(ts).toISOString()}>{formatExact(ts)}</time>
                  </div>
                ))}
                {readings.length > MAX_SHOWN_READINGS && text.more(formatCount(readings.length - MAX_SHOWN_READINGS))}
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

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** Called when the field loses the focus. */
function TextField({ label, value, onChange }: TextFieldProps) {
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
