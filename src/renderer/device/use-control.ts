// A control as a person sees it: what it is set to or was asked to be, how far that is, and the way to ask for more.
import { useState } from "react";
import { type CommandState, isSettled } from "../../shared/controls/command.ts";
import type { ControlValue } from "../../shared/controls/control.ts";
import type { DeviceControl } from "../../shared/device.ts";
import { sendCommand } from "../api/queries.ts";
import { type CompletedCommand, settledValue } from "./settled-value.ts";

export interface ControlState {
  /** What was asked for while that is under way, else what the device says; undefined while nothing is known. */
  readonly value: ControlValue | undefined;
  readonly isPending: boolean;
  /** How far the last command has come; undefined before the first. */
  readonly phase: "sending" | CommandState | undefined;
  /** Why the hub did not take the last command; null where it did. */
  readonly failure: Error | null;
  send(value: ControlValue): void;
}

/** `completed`: the last command that the device carried out, where more than `one.desired` is known of it. */
export function useControl(device: string, one: DeviceControl, completed?: CompletedCommand): ControlState {
  const { control, desired, reported } = one;
  const [failure, setFailure] = useState<Error | null>(null);
  /** On its way to the hub, and from its answer on to the event that brings the command. */
  const [sent, setSent] = useState<{ readonly value: ControlValue; readonly issuedAtMs: number | null } | null>(null);
  const isSending = sent !== null && (sent.issuedAtMs === null || (desired?.atMs ?? 0) < sent.issuedAtMs);
  const isUnderWay = desired !== undefined && !isSettled(desired.state);
  const done = desired?.state === "done" ? { value: desired.value, issuedAtMs: desired.atMs } : undefined;

  const send = (value: ControlValue) => {
    setFailure(null);
    setSent({ value, issuedAtMs: null });
    sendCommand(device, { control: control.id, value }).then(
      ({ timeline }) => setSent({ value, issuedAtMs: timeline[0]?.atMs ?? 0 }),
      (error) => {
        setSent(null);
        setFailure(error);
      },
    );
  };

  const asked = isSending ? sent.value : isUnderWay ? desired.value : undefined;
  return {
    value: asked === undefined ? settledValue(reported, completed ?? done) : asked,
    isPending: isSending || isUnderWay,
    phase: isSending ? "sending" : desired?.state,
    failure,
    send,
  };
}
