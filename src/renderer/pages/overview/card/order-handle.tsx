// The handle that changes a device's manual position: dragged within its group, or moved with the arrow keys.
import { GripVertical } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useLayoutEffect, useRef } from "react";
import type { Device } from "../../../../shared/device.ts";
import { announce } from "../../../api/announcements.ts";
import { byName } from "../../../i18n/names.ts";
import { text } from "../../../i18n/text.ts";
import { overviewLayout } from "../../../shell/overview-layout.ts";
import { moved } from "../arrange/arrange.ts";
import styles from "./order-handle.module.css";

interface Props {
  readonly id: string;
  readonly name: string;
  /** The ids of its group, as they are shown. */
  readonly group: readonly string[];
  readonly devices: readonly Device[];
}

export function OrderHandle({ id, name, group, devices }: Props) {
  const handle = useRef<HTMLButtonElement>(null);
  /** Moving an element in the DOM removes its focus. */
  const keepsFocus = useRef(false);
  /** The order before it was dragged, to go back to. */
  const before = useRef<readonly string[] | null>(null);

  useLayoutEffect(() => {
    if (!keepsFocus.current) return;
    keepsFocus.current = false;
    handle.current?.focus();
  });

  const moveTo = (target: string, side: "before" | "after") => {
    const layout = overviewLayout.get();
    overviewLayout.set({ ...layout, byHand: moved(orderOf(devices, layout.byHand), id, target, side) });
    keepsFocus.current = true;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    const at = group.indexOf(id);
    const target = step === undefined ? undefined : group[at + step];
    if (step === undefined) return;
    event.preventDefault();
    if (target === undefined) return;
    moveTo(target, step < 0 ? "before" : "after");
    announce(text.overview.movedTo(name, at + step + 1, group.length), { isScreenReaderOnly: true });
  };

  const onPointerMove = (event: PointerEvent) => {
    if (before.current === null) return;
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("[data-device]");
    const target = under?.dataset["device"];
    if (target === undefined || target === id || !group.includes(target)) return;
    moveTo(target, group.indexOf(target) < group.indexOf(id) ? "before" : "after");
  };

  const onPointerUp = () => {
    const order = before.current;
    before.current = null;
    if (order === null || order === overviewLayout.get().byHand) return;
    announce(text.overview.moved(name), {
      undo: () => overviewLayout.set({ ...overviewLayout.get(), byHand: order }),
    });
  };

  return (
    <button
      ref={handle}
      type="button"
      className={styles["handle"]}
      aria-label={text.overview.move(name)}
      title={text.overview.moveHint}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        before.current = overviewLayout.get().byHand;
      }}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
    >
      <GripVertical className="icon" aria-hidden="true" />
    </button>
  );
}

/** All devices in manual order, those without a position at the end, by name. */
function orderOf(devices: readonly Device[], byHand: readonly string[]): string[] {
  const ids = byName(devices).map(({ id }) => id);
  return [...byHand, ...ids.filter((id) => !byHand.includes(id))];
}
