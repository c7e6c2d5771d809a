// The list from which a series is added. Arrow keys on the closed list pass series on their way to one, so a choice by keys counts
// after a pause, or with Enter.
import { useRef, useState } from "react";
import type { Device } from "../../../shared/device.ts";
import { useGesture } from "../../device/inputs/use-gesture.ts";
import { metricLabel, sharedNames } from "../../i18n/names.ts";
import { pageText } from "../../i18n/page-text.ts";
import { keyOf } from "./compared-series.ts";

interface Props {
  readonly devices: readonly Device[];
  /** Keys of the series that are already compared. */
  readonly chosen: ReadonlySet<string>;
  readonly isFull: boolean;
  /** Called with a series' key. */
  readonly onAdd: (key: string) => void;
}

export function AddSeries({ devices, chosen, isFull, onAdd }: Props) {
  const [passed, setPassed] = useState("");
  const isByKeys = useRef(false);
  const shared = sharedNames(devices);
  const gesture = useGesture(() => {
    if (passed === "") return;
    setPassed("");
    onAdd(passed);
  });
  return (
    <select
      aria-label={pageText.compare.add}
      value={passed}
      disabled={isFull}
      onPointerDown={() => {
        isByKeys.current = false;
      }}
      onKeyDown={({ key }) => {
        if (key === "Enter") gesture.end();
        else if (key === "Escape") setPassed("");
        else isByKeys.current = true;
      }}
      onChange={({ target }) => {
        if (!isByKeys.current) return onAdd(target.value);
        setPassed(target.value);
        gesture.endAfterPause();
      }}
      onBlur={() => {
        isByKeys.current = false;
        gesture.end();
      }}
    >
      <option value="">{pageText.compare.choose}</option>
      {devices.map(({ id, name, metrics }) => (
        <optgroup key={id} label={shared.has(name) ? `${name} (${id})` : name}>
          {metrics
            .map((metric) => [keyOf({ device: id, metric: metric.name }), metric] as const)
            .filter(([key]) => !chosen.has(key))
            .map(([key, metric]) => (
              <option key={key} value={key}>
                {metricLabel(metric)}
              </option>
            ))}
        </optgroup>
      ))}
    </select>
  );
}
