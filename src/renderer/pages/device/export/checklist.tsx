// Selects all or some of a list.
import styles from "./checklist.module.css";

interface Item {
  readonly key: string;
  readonly label: string;
}

interface Props {
  readonly legend: string;
  readonly all: (count: number) => string;
  readonly items: readonly Item[];
  /** By their keys; those of none of the items do not count. */
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

export function Checklist({ legend, all, items, chosen, onChange }: Props) {
  const areAllChosen = items.every(({ key }) => chosen.has(key));

  function toggle(key: string) {
    const next = new Set(chosen);
    if (!next.delete(key)) next.add(key);
    onChange(next);
  }

  return (
    <fieldset className={styles["choice"]}>
      <legend>{legend}</legend>
      {items.length > 1 && (
        <label className={styles["all"]}>
          <input
            type="checkbox"
            checked={areAllChosen}
            onChange={() => onChange(new Set(areAllChosen ? [] : items.map(({ key }) => key)))}
          />
          {all(items.length)}
        </label>
      )}
      {items.map(({ key, label }) => (
        <label key={key} title={key}>
          <input type="checkbox" checked={chosen.has(key)} onChange={() => toggle(key)} />
          <span className="cut">{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
