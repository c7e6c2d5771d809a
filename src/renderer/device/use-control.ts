// The state of a control: its value, the progress of its last command, and a function that sends a command.
import { useState } from "react";
import { type CommandState, isSettled } from "../../shared/controls/command.ts";
import type { ControlValue } from "../../shared/controls/control.ts";
import type { DeviceControl } from "../../shared/device.ts";
import { sendCommand } from "../api/queries.ts";
import { type CompletedCommand, settledValue } from "./settled-value.ts";

export interface ControlState {
  /** The desired value while a command is pending, else the reported one; undefined while unknown. */
  readonly value: ControlValue | undefined;
  readonly isPending: boolean;
  /** The state of the last command; undefined before the first. */
  readonly phase: "sending" | CommandState | undefined;
  /** Why the hub refused the last command; null where it did not. */
  readonly failure: Error | null;
  /** Resolves with whether the hub took it. */
  send(value: ControlValue): Promise<boolean>;
}

/** `completed`: the last command that the device executed, if it is known beyond `one.desired`. */
export function useControl(device: string, one: DeviceControl, completed?: CompletedCommand): ControlState {
  const { control, desired, reported } = one;
  const [failure, setFailure] = useState<Error | null>(null);
  /** From sending a command until the live feed confirms it. */
  const [sent, setSent] = useState<{ readonly value: ControlValue; readonly issuedAtMs: number | null } | null>(null);
  const isSending = sent !== null && (sent.issuedAtMs === null || (desired?.atMs ?? 0) < sent.issuedAtMs);
  const isUnderWay = desired !== undefined && !isSettled(desired.state);
  const done = desired?.state === "done" ? { value: desired.value, issuedAtMs: desired.atMs } : undefined;

  const send = async (value: ControlValue) => {
    setFailure(null);
    setSent({ value, issuedAtMs: null });
    try {
      const { timeline } = await sendCommand(device, { control: control.id, value });
      setSent({ value, issuedAtMs: timeline[0]?.atMs ?? 0 });
      return true;
    } catch (error) {
      setSent(null);
      setFailure(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  };

  const requested = isSending ? sent.value : isUnderWay ? desired.value : undefined;
  return {
    value: requested === undefined ? settledValue(reported, completed ?? done) : requested,
    isPending: isSending || isUnderWay,
    phase: isSending ? "sending" : desired?.state,
    failure,
    send,
  };
}
