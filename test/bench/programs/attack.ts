// Attackers in a process of their own: `attack.ts NAME… --http PORT --mqtt PORT [--seconds 20] [--size 1] [--token T]`,
// one attack after another for so long each, or all of them at once. A name is a kind of attack or one variant of it.

import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { attackNamed } from "../../support/attacks/all-attacks.ts";
import type { Attack, AttackReport } from "../../support/attacks/attack.ts";
import { report } from "./program.ts";

/** Attackers have machines of their own: what they compute here must not be taken from the hub and the honest clients. */
const LOWEST_PRIORITY = 19;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    http: { type: "string", default: "8080" },
    mqtt: { type: "string", default: "1883" },
    token: { type: "string", default: "" },
    seconds: { type: "string", default: "20" },
    size: { type: "string", default: "1" },
    /** Instead of one after another. */
    together: { type: "boolean", default: false },
  },
});
const target = { httpPort: Number(values.http), mqttPort: Number(values.mqtt), token: values.token };
const size = Number(values.size);
const durationMs = 1_000 * Number(values.seconds);

/** Runs them at the same time; answers how each fared. */
async function attackWith(names: readonly string[]): Promise<Record<string, AttackReport>> {
  const attacks = names.map((name): [string, Attack] => [name, attackNamed(name)(target, size)]);
  await sleep(durationMs);
  const reports = attacks.map(([name, attack]) => [name, attack.report]);
  await Promise.all(attacks.map(([, attack]) => attack[Symbol.asyncDispose]()));
  return Object.fromEntries(reports);
}

setPriority(LOWEST_PRIORITY);
const rounds = values.together ? [positionals] : positionals.map((name) => [name]);
for (const names of rounds) report(await attackWith(names));
process.exit();
