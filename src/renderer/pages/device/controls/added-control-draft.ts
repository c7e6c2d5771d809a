// The form of an added control as text, and its conversion from and to `AddedControl`.
import { type AddedControl, VALUE_PLACEHOLDER } from "../../../../shared/controls/added-control.ts";
import type { Control } from "../../../../shared/controls/control.ts";
import type { Device } from "../../../../shared/device.ts";

/** The fields of both KIND_OPTIONS, as typed. */
export interface ControlDraft {
  readonly kind: "switch" | "number";
  readonly name: string;
  readonly topic: string;
  readonly on: string;
  readonly off: string;
  readonly template: string;
  readonly min: string;
  readonly max: string;
  readonly step: string;
  readonly unit: string;
}

export const EMPTY_DRAFT: ControlDraft = {
  kind: "switch",
  name: "",
  topic: "",
  on: "ON",
  off: "OFF",
  template: VALUE_PLACEHOLDER,
  min: "",
  max: "",
  step: "",
  unit: "",
};

export function draftOf({ control, publishes }: AddedControl): ControlDraft {
  const payloads = "on" in publishes ? { on: publishes.on, off: publishes.off } : { template: publishes.template };
  const limits = control.kind === "number" ? limitTexts(control) : {};
  const { kind, id, label: name = id } = control;
  return { ...EMPTY_DRAFT, kind, name, topic: publishes.topic, ...payloads, ...limits };
}

function limitTexts({ min, max, step, unit = "" }: Extract<Control, { kind: "number" }>) {
  const text = (number: number | undefined) => (number === undefined ? "" : String(number));
  return { min: text(min), max: text(max), step: text(step), unit };
}

export function toAddedControl(draft: ControlDraft, id: string): AddedControl {
  const [topic, label, unit] = [draft.topic.trim(), draft.name.trim(), draft.unit.trim()];
  if (draft.kind === "switch") {
    return { control: { id, label, kind: "switch" }, publishes: { topic, on: draft.on, off: draft.off } };
  }
  const limits = {
    ...(draft.min !== "" && { min: Number(draft.min) }),
    ...(draft.max !== "" && { max: Number(draft.max) }),
    ...(draft.step !== "" && { step: Number(draft.step) }),
    ...(unit !== "" && { unit }),
  };
  return { control: { id, label, kind: "number", ...limits }, publishes: { topic, template: draft.template } };
}

/** A slug of the name that no other control of the device uses as its id. */
export function controlIdFor(name: string, { controls }: Pick<Device, "controls">): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const base = plain.replace(/^-+|-+$/g, "").slice(0, 48) || "control";
  const isTaken = (id: string) => controls.some(({ control }) => control.id === id);
  let id = base;
  for (let count = 2; isTaken(id); count++) id = `${base}-${count}`;
  return id;
}

/** The controls of a device that people added. */
export function addedControls({ controls }: Pick<Device, "controls">): AddedControl[] {
  return controls.flatMap(({ control, publishes }): AddedControl[] => {
    if (publishes === undefined) return [];
    if (control.kind === "switch" && "on" in publishes) return [{ control, publishes }];
    return control.kind === "number" && "template" in publishes ? [{ control, publishes }] : [];
  });
}
