// `bramble key`: keys of devices, and, with --api, of programs. Only a new key goes to standard output, for scripts; its
// description goes to standard error.

import { DeviceList } from "../../shared/api.ts";
import { type DeviceKey, DeviceKeyList, NewDeviceKey } from "../../shared/security/access.ts";
import { ask, askJson, hubOptionLines } from "../hub-client.ts";
import { ago, optionLines, table } from "../table.ts";
import { type Action, pathTo, runAction } from "./actions.ts";
import { apiKeyActions } from "./api-key.ts";
import { done } from "./report.ts";

const help = `bramble key: keys of devices, and of programs.

  bramble key list                   devices that have a key, or have shown one
  bramble key create DEVICE          makes it a key, in the place of the one that it has
  bramble key accept DEVICE CODE     takes the key that it has shown; compare the code with the device first
  bramble key revoke DEVICE          its key counts no more: the device is refused until it has a new one
  bramble key list --api             keys of programs
  bramble key create --api NAME      makes a program a key; needs --role
  bramble key revoke --api ID        that key counts no more

${optionLines([
  ["--open", "revoke: the device needs no key from then on"],
  ["--role ROLE", "create --api: viewer reads, operator also gives commands, admin also changes everything"],
  ["--rooms A,B", "create --api: only devices in these rooms"],
  ["--expires DAYS", "create --api: how long it counts (without an end)"],
  ["--json", "prints JSON"],
  ...hubOptionLines,
])}

A new key is printed alone, and this once: KEY=$(bramble key create pi1) holds it. Ends with 0 when it is done, with 1 when
the hub says no or cannot be asked, and with 2 when an argument is wrong.`;

const HEADING = ["DEVICE", "CODE", "MADE BY", "MADE", "LAST USED", "STATE"] as const;

/** Resolves with the exit code. */
export const key = (args: readonly string[]): Promise<number> => {
  const isApi = args.includes("--api");
  const rest = args.filter((arg) => arg !== "--api");
  return runAction("key", help, isApi ? apiKeyActions : deviceActions, rest);
};

const deviceActions: Readonly<Record<string, Action>> = {
  list: {
    needs: [],
    async run(hub, { json }) {
      const { keys } = await askJson(hub, pathTo("device-keys"), DeviceKeyList);
      const { devices } = await askJson(hub, pathTo("devices"), DeviceList);
      const offered = devices.flatMap(({ id, offeredKey }) => (offeredKey ? [{ device: id, ...offeredKey }] : []));
      if (json) return console.log(JSON.stringify({ keys, offered }, null, 2));
      if (keys.length + offered.length === 0) return console.error("No device has a key.");
      const nowMs = Date.now();
      const offers = offered.map(({ device, code, sinceMs }) => {
        return [device, code, "device", ago(nowMs - sinceMs), "", "shown, not accepted"];
      });
      console.log(table(HEADING, [...keys.map((one) => rowOf(one, nowMs)), ...offers]));
    },
  },
  create: {
    needs: ["DEVICE"],
    async run(hub, { positionals: [device = ""], json }) {
      const made = await askJson(hub, pathTo("devices", device, "key"), NewDeviceKey, { method: "POST" });
      console.log(json ? JSON.stringify(made, null, 2) : made.key);
      console.error(
        `This is the key of ${device}, shown this once; its code is ${made.code}. From now on the device is refused without it.
On a Pi with the agent: sudo bramble-agent key set. Over MQTT the user name is ${device} and the key the password; over HTTP it
is “Authorization: Bearer KEY”.`,
      );
    },
  },
  accept: {
    needs: ["DEVICE", "CODE"],
    async run(hub, { positionals: [device = "", code = ""], json }) {
      const keyCode = code.toUpperCase();
      await ask(hub, pathTo("devices", device, "key", "accept"), { method: "POST", body: { keyCode } });
      done(json, { device, code: keyCode }, `${device} has that key now, and is refused without it.`);
    },
  },
  revoke: {
    needs: ["DEVICE"],
    options: { open: { type: "boolean" } },
    async run(hub, { positionals: [device = ""], flags, json }) {
      const afterwards = flags.has("open") ? "open" : "closed";
      await ask(hub, `${pathTo("devices", device, "key")}?afterwards=${afterwards}`, { method: "DELETE" });
      const text = afterwards === "open" ? "it needs none now" : "it is refused until it has a new one";
      done(json, { device, afterwards }, `The key of ${device} counts no more: ${text}.`);
    },
  },
};

function rowOf({ device, code, madeBy, createdMs, lastUsedMs, revokedMs }: DeviceKey, nowMs: number): string[] {
  const lastUsed = lastUsedMs === null ? "never" : ago(nowMs - lastUsedMs);
  return [device, code, madeBy, ago(nowMs - createdMs), lastUsed, revokedMs === null ? "counts" : "revoked"];
}
