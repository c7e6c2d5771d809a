// Attackers in a process of their own, against a hub of the bench.
import { setTimeout as sleep } from "node:timers/promises";
import { attackKinds } from "../../support/attacks/all-attacks.ts";
import type { TestHub } from "../../support/hub.ts";
import { runFlagged } from "../children.ts";

/** Of an attack at random, and of the pause after it. */
const SECONDS = { least: 5, most: 20 };
/** The first three need a large store, and the last would take from the soak what its own scrapes have to tell. */
const NEVER_AT_RANDOM: readonly string[] = [
  "wide-export/exports",
  "wide-export/pages",
  "wide-export/many-exports",
  "http-pipeline/metrics",
];

export interface Attackers {
  /** As `attack.ts` knows them. */
  readonly names: readonly string[];
  readonly secondsEach: number;
  readonly size: number;
  readonly together: boolean;
}

/** Where the hub is, as the programs take it. A token may begin with a hyphen. */
export function hubFlags(hub: TestHub): string[] {
  return ["--http", String(hub.httpPort), "--mqtt", String(hub.mqttPort), `--token=${hub.file.token}`];
}

/** Resolves when they are gone. */
export function runAttackers(hub: TestHub, attackers: Attackers, signal: AbortSignal): Promise<void> {
  const { names, secondsEach, size, together } = attackers;
  const how = ["--seconds", String(secondsEach), "--size", String(size), ...(together ? ["--together"] : [])];
  return runFlagged("attack", [...names, ...hubFlags(hub), ...how], signal);
}

/** One attack after another, with pauses, until the signal ends the last. Answers how many. */
export async function attackAtRandom(
  hub: TestHub,
  random: () => number,
  tell: (words: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const seconds = () => SECONDS.least + Math.floor(random() * (SECONDS.most - SECONDS.least));
  const names = attackKinds
    .flatMap((kind) => Object.keys(kind.variants).map((variant) => `${kind.name}/${variant}`))
    .filter((name) => !NEVER_AT_RANDOM.includes(name));
  let attacks = 0;
  while (!signal.aborted) {
    const name = names[Math.floor(random() * names.length)] ?? "";
    const attackers = { names: [name], secondsEach: seconds(), size: 1 - random(), together: false };
    tell(`${name} for ${attackers.secondsEach} s, ${Math.round(100 * attackers.size)} % of its size`);
    await runAttackers(hub, attackers, signal);
    attacks++;
    await sleep(1_000 * seconds(), undefined, { signal }).catch(() => undefined);
  }
  return attacks;
}
