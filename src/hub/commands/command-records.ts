// Commands as records of the store. They are removed with their device.
import { Command } from "../../shared/controls/command.ts";
import type { RecordKind } from "../store/records.ts";

export const commandRecords: RecordKind<typeof Command> = {
  name: "command",
  schema: Command,
  idOf: ({ id }) => id,
  deviceOf: ({ device }) => device,
};
