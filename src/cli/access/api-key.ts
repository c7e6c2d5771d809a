// `bramble key … --api`: keys of programs, which open the HTTP API and the broker as far as their role goes.
import { Misuse } from "../../hub/arguments.ts";
import { message } from "../../shared/messages/message.ts";
import { type ApiKey, ApiKeyList, NewApiKey } from "../../shared/security/access.ts";
import { ask, askJson } from "../hub-client.ts";
import { ago, table } from "../table.ts";
import { type Action, pathTo, roomsOf } from "./actions.ts";
import { done, roleOf } from "./report.ts";

const HEADING = ["ID", "NAME", "ROLE", "ROOMS", "BEGINS WITH", "MADE", "BY", "LAST USED", "EXPIRES"] as const;

export const apiKeyActions: Readonly<Record<string, Action>> = {
  list: {
    needs: [],
    async run(hub, { json }) {
      const { keys } = await askJson(hub, pathTo("api-keys"), ApiKeyList);
      if (json) return console.log(JSON.stringify(keys, null, 2));
      if (keys.length === 0) return console.error("No program has a key.");
      const nowMs = Date.now();
      console.log(
        table(
          HEADING,
          keys.map((one) => rowOf(one, nowMs)),
        ),
      );
    },
  },
  create: {
    needs: ["NAME"],
    options: { role: { type: "string" }, rooms: { type: "string" }, expires: { type: "string" } },
    async run(hub, args) {
      const [name = ""] = args.positionals;
      const role = roleOf(args.texts.get("role"));
      const rooms = roomsOf(args);
      const expiresInDays = daysOf(args.texts.get("expires"));
      const body = { name, role, ...(rooms && { rooms }), ...(expiresInDays !== undefined && { expiresInDays }) };
      const made = await askJson(hub, pathTo("api-keys"), NewApiKey, { method: "POST", body });
      console.log(args.json ? JSON.stringify(made, null, 2) : made.key);
      const end = made.expiresMs === null ? "without an end" : `until ${new Date(made.expiresMs).toLocaleString("sv")}`;
      console.error(`This is the key of ${name}, shown this once: ${role}, ${end}. Over HTTP it is “Authorization: Bearer KEY”, over
MQTT the password with any user name. To revoke it: bramble key revoke --api ${made.id}`);
    },
  },
  revoke: {
    needs: ["ID"],
    async run(hub, { positionals: [id = ""], json }) {
      await ask(hub, pathTo("api-keys", id), { method: "DELETE" });
      done(json, { id }, "That key counts no more.");
    },
  },
};

function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = Number(text);
  if (text.trim() === "" || !Number.isFinite(days) || days <= 0)
    throw new Misuse(message("cli/choice", { flag: "expires", choices: "a number of days", value: text }));
  return days;
}

function rowOf(key: ApiKey, nowMs: number): string[] {
  const { id, name, role, rooms = [], prefix, createdMs, createdBy, lastUsedMs, expiresMs } = key;
  const lastUsed = lastUsedMs === null ? "never" : ago(nowMs - lastUsedMs);
  const expires = expiresMs === null ? "never" : new Date(expiresMs).toISOString().slice(0, 10);
  return [id, name, role, rooms.join(", ") || "all", prefix, ago(nowMs - createdMs), createdBy, lastUsed, expires];
}
