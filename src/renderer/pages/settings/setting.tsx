// One setting: its name and meaning at the left, its control at the right, or below on a narrow window. A search hides those that do
// not match.
import { createContext, type ReactNode, use, useId } from "react";
import inputs from "../../device/inputs/inputs.module.css";
import { WithFlags } from "../../ui/with-flags.tsx";
import type { SettingId } from "./sections.ts";
import styles from "./settings-page.module.css";

export const FoundContext = createContext<ReadonlySet<SettingId>>(new Set());

interface Props {
  readonly id: SettingId;
  /** Absent for the only setting of a section, which has the section's title. */
  readonly title?: string;
  readonly hint?: ReactNode;
  /** The control has the full width, below the name. */
  readonly isWide?: boolean;
  readonly problem?: string | undefined;
  readonly children: ReactNode;
}

export function Setting({ id, title, hint, isWide = false, problem, children }: Props) {
  const name = useId();
  if (!use(FoundContext).has(id)) return null;
  const Frame = title === undefined ? "div" : "section";
  return (
    <Frame
      className={`${styles["setting"]} ${isWide ? styles["wide"] : ""}`}
      aria-labelledby={title === undefined ? undefined : name}
    >
      <div>
        {title !== undefined && <h3 id={name}>{title}</h3>}
        {hint !== undefined && <p>{typeof hint === "string" ? <WithFlags sentence={hint} /> : hint}</p>}
      </div>
      <div className={styles["control"]}>{children}</div>
      {problem !== undefined && <p role="alert">{problem}</p>}
    </Frame>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (isOn: boolean) => void;
}

export function Switch({ label, isOn, isDisabled = false, onChange }: SwitchProps) {
  return (
    <input
      type="checkbox"
      role="switch"
      className={inputs["switch"]}
      aria-label={label}
      aria-checked={isOn}
      checked={isOn}
      disabled={isDisabled}
      onChange={({ target }) => onChange(target.checked)}
    />
  );
}
