// The notices of the desktop app while its window is not focused, and its quiet hours.
import { type Static, Type } from "typebox";

export const NOTICE_KINDS = ["joining", "offline", "silent", "failed"] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

const TimeOfDay = Type.String({
  pattern: "^([01]\\d|2[0-3]):[0-5]\\d$",
  description: "such as 22:00, by this computer's clock",
});

export const NoticeSettings = Type.Object(
  {
    joining: Type.Boolean(),
    offline: Type.Boolean(),
    silent: Type.Boolean(),
    /** A device's command, or the hub itself. */
    failed: Type.Boolean(),
    /** Between them no notice is shown; those that still apply are shown at their end. Null where there are none. */
    quiet: Type.Union([Type.Object({ from: TimeOfDay, to: TimeOfDay }), Type.Null()]),
  },
  { additionalProperties: false },
);
export type NoticeSettings = Static<typeof NoticeSettings>;

export const USUAL_NOTICES: NoticeSettings = { joining: true, offline: true, silent: true, failed: true, quiet: null };
