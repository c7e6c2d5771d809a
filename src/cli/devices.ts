// `bramble devices`: the devices of the hub that runs here, with their latest readings.
import { parseArguments } from "../hub/arguments.ts";
import { DeviceList } from "../shared/api.ts";
import type { Device, Metric } from "../shared/device.ts";
import { askJson, findHub, hubOptionLines, hubOptions } from "./hub-client.ts";
import { runCommand } from "./run-command.ts";
import { ago, optionLines, table } from "./table.ts";

const help = `bramble devices: lists the devices of a running hub, with their latest readings.

${optionLines([["--json", "prints one JSON array in place of the table"], ...hubOptionLines])}

Ends with 0 when the hub has answered, with 1 when it cannot be asked, and with 2 when an argument is wrong.`;

const HEADING = ["ID", "NAME", "STATE", "LAST SEEN", "READINGS"] as const;
const MAX_METRICS_SHOWN = 4;

/** Resolves with the exit code. */
export const devices = (args: readonly string[]): Promise<number> =>
  runCommand("devices", async () => {
    const options = { ...hubOptions, json: { type: "boolean" }, help: { type: "boolean" } } as const;
    const { values } = parseArguments({ args: [...args], options });
    if (values.help) {
      console.log(help);
      return 0;
    }
    const { devices } = await askJson(findHub(values), "/api/v1/devices", DeviceList);
    if (values.json) console.log(JSON.stringify(devices, null, 2));
    else if (devices.length > 0)
      console.log(
        table(
          HEADING,
          devices.map((device) => rowOf(device, Date.now())),
        ),
      );
    else console.error("The hub has no devices yet.");
    return 0;
  });

function rowOf(device: Device, nowMs: number): string[] {
  const { id, name, lastSeenMs, metrics } = device;
  const shown = metrics.slice(0, MAX_METRICS_SHOWN).map(readingText);
  const more = metrics.length > shown.length ? [`and ${metrics.length - shown.length} more`] : [];
  return [id, name === id ? "" : name, stateOf(device), ago(nowMs - lastSeenMs), [...shown, ...more].join(", ")];
}

function stateOf({ joining, presence }: Device): string {
  if (joining === "waiting") return "wants to join";
  if (joining === "blocked") return "blocked";
  return presence.online ? "online" : "offline";
}

function readingText({ name, unit, latest }: Metric): string {
  return `${name} ${latest.value}${unit === undefined ? "" : ` ${unit}`}`;
}
