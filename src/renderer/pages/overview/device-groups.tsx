// The groups of devices, as cards or as rows of a list, with a handle on each in manual order.
import { lazy, type ReactNode, Suspense } from "react";
import type { Device } from "../../../shared/device.ts";
import type { Reason } from "../../../shared/notices/attention.ts";
import { sharedNames } from "../../i18n/names.ts";
import { text } from "../../i18n/text.ts";
import type { OverviewLayout } from "../../shell/overview-layout.ts";
import type { Group, GroupName } from "./arrange/arrange.ts";
import { DeviceCard } from "./card/device-card.tsx";
import styles from "./device-groups.module.css";
import { DeviceRows } from "./device-rows.tsx";

// Loaded lazily: few people order manually.
const OrderHandle = lazy(async () => ({ default: (await import("./card/order-handle.tsx")).OrderHandle }));

/** The number of cards that a large window shows. */
const MAX_NEAR_CARDS = 40;

interface Props {
  readonly groups: readonly Group[];
  readonly devices: readonly Device[];
  readonly reasonsOf: (device: Device) => readonly Reason[];
  readonly layout: OverviewLayout;
}

export function DeviceGroups({ groups, devices, reasonsOf, layout }: Props) {
  const shared = sharedNames(devices);
  const known = new Map(devices.map((device) => [device.id, device]));
  const handleOf = ({ id, name }: Device, group: readonly string[]): ReactNode =>
    layout.order === "hand" && (
      <Suspense fallback={null}>
        <OrderHandle id={id} name={name} group={group} devices={devices} />
      </Suspense>
    );
  const isList = layout.view === "list";
  const shownGroups = groups.map(({ name, ids }, at) => {
    const above = groups.slice(0, at).reduce((sum, group) => sum + group.ids.length, 0);
    const shown = ids.flatMap((id) => known.get(id) ?? []);
    const title = titleOf(name);
    return (
      <section
        key={keyOf(name)}
        className={styles["group"]}
        style={isList ? undefined : { gridColumn: columnsOf(shown.length, groups.length) }}
        aria-label={title ?? text.shell.devices}
      >
        <h2 className={title === null ? "unseen" : name.kind === "attention" ? styles["attention"] : undefined}>
          {title ?? text.shell.devices} <small>{shown.length}</small>
        </h2>
        {isList ? (
          <DeviceRows
            devices={shown}
            shared={shared}
            reasonsOf={reasonsOf}
            handleOf={(device) => handleOf(device, ids)}
          />
        ) : (
          <ul className={styles["grid"]}>
            {shown.map((device, index) => (
              <DeviceCard
                key={device.id}
                device={device}
                reasons={reasonsOf(device).join(" ")}
                hasSharedName={shared.has(device.name)}
                isFar={above + index >= MAX_NEAR_CARDS}
                handle={handleOf(device, ids)}
              />
            ))}
          </ul>
        )}
      </section>
    );
  });
  return <div className={isList ? styles["lists"] : styles["groups"]}>{shownGroups}</div>;
}

/** A group spans as many columns as it has cards, so that another fits beside it; a single group spans all. */
function columnsOf(cards: number, groups: number): string {
  return groups === 1 ? "1 / -1" : `span min(${cards}, var(--columns))`;
}

function keyOf(name: GroupName): string {
  return "name" in name ? `${name.kind} ${name.name}` : name.kind;
}

function titleOf(name: GroupName): string | null {
  switch (name.kind) {
    case "attention":
      return text.overview.needsAttention;
    case "room":
    case "tag":
      return name.name;
    case "rest":
      return text.overview.rest;
    case "all":
      return null;
  }
}
