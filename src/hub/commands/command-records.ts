// Commands as the store keeps them: they go when their device is removed.
import { Command } from "../../shared/controls/command.ts";
import type { RecordKind } from "../store/records.ts";

export const commandRecords: RecordKind<typeof Command> = {
  name: "command",
  schema: Command,
  idOf: ({ id }) => id,
  deviceOf: ({ device }) => device,
};
