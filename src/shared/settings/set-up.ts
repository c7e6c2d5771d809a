// A hub's set-up without its history, as a file: readable, in a stable order, without secrets. Fields absent from a file are unchanged.
import { type Static, Type } from "typebox";
import { Retention } from "../api.ts";
import { DeviceChanges } from "../device.ts";
import { SavedView } from "../history/saved-view.ts";
import { AccessChanges } from "../security/access.ts";
import { BackupChanges } from "./backups.ts";
import { HubSettingsChanges } from "./hub-settings.ts";

export const SET_UP_FORMAT = "bramble-set-up";

export const SetUpFile = Type.Object(
  {
    format: Type.Literal(SET_UP_FORMAT),
    version: Type.Literal(1),
    hub: Type.Optional(HubSettingsChanges),
    access: Type.Optional(AccessChanges),
    backups: Type.Optional(BackupChanges),
    retention: Type.Optional(Type.Index(Retention, ["rules"])),
    views: Type.Optional(Type.Array(SavedView, { maxItems: 200 })),
    devices: Type.Optional(
      Type.Record(Type.String(), DeviceChanges, {
        description: "by id; a device gets exactly what stands here, also one that joins later",
      }),
    ),
  },
  { additionalProperties: false },
);
export type SetUpFile = Static<typeof SetUpFile>;

/** One value that applying a file changes. */
export const SetUpChange = Type.Object({
  path: Type.String({ description: "such as devices.pi-1.name" }),
  before: Type.Unknown({ description: "null where there was nothing" }),
  after: Type.Unknown({ description: "null where there is nothing any more" }),
});
export type SetUpChange = Static<typeof SetUpChange>;

export const SetUpOutcome = Type.Object({
  applied: Type.Boolean({ description: "false for a dry run" }),
  changes: Type.Array(SetUpChange),
  awaited: Type.Array(Type.String(), { description: "ids of devices that get what stands here once they join" }),
});
export type SetUpOutcome = Static<typeof SetUpOutcome>;
