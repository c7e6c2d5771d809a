// The box that a person draws around wrong readings, and what is to become of them, while it is typed: fields may be empty, or wrong.
import type { MendRequest, Repair } from "../../../../shared/history/mend.ts";

export interface MendDraft {
  readonly fromMs: number;
  readonly toMs: number;
  /** As they are typed; empty for any value. */
  readonly least: string;
  readonly greatest: string;
}

export type MendBox = Omit<MendRequest, "repair">;

/** Null where it is none. */
export function boxOf(metric: string, { fromMs, toMs, least, greatest }: MendDraft): MendBox | null {
  const [low, high] = [numberOf(least), numberOf(greatest)];
  const isSound = fromMs < toMs && (low ?? Number.NEGATIVE_INFINITY) <= (high ?? Number.POSITIVE_INFINITY);
  if (!isSound || Number.isNaN(low) || Number.isNaN(high)) return null;
  const values = { ...(low !== undefined && { least: low }), ...(high !== undefined && { greatest: high }) };
  return { metric, from: fromMs, to: toMs, ...values };
}

/** The numbers as they are typed. */
export interface RepairDraft {
  readonly kind: Repair["kind"];
  readonly value: string;
  readonly factor: string;
  readonly offset: string;
}

export const HIDE: RepairDraft = { kind: "hide", value: "", factor: "1", offset: "0" };

/** Null where a number is missing. */
export function repairOf({ kind, value, factor, offset }: RepairDraft): Repair | null {
  const [set, times, plus] = [value, factor, offset].map((typed) => {
    const number = numberOf(typed);
    return Number.isFinite(number) ? number : undefined;
  });
  if (kind === "hide") return { kind };
  if (kind === "set") return set === undefined ? null : { kind, value: set };
  return times === undefined || plus === undefined ? null : { kind, factor: times, offset: plus };
}

/** Undefined where nothing is typed, NaN where it is no number. */
export function numberOf(typed: string): number | undefined {
  return typed.trim() === "" ? undefined : Number(typed);
}
