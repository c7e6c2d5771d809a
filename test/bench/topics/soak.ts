// Hours of ordinary load with attackers that come and go: what a hub gathers over time shows only then. It is looked at
// twice, when the attackers have been away for a while: after a twelfth of the time, and at the end.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Health } from "../../../src/shared/api.ts";
import type { TestHub } from "../../support/hub.ts";
import { randomNumbers } from "../../support/random.ts";
import { ProbeReport, untilWorkedOff } from "../abuse/attack-trial.ts";
import { attackAtRandom, hubFlags } from "../abuse/attackers.ts";
import { HoldWatch } from "../abuse/hold-watch.ts";
import { askAllDay, type SoakFigures } from "../abuse/soak-load.ts";
import type { Bench, Row, Topic } from "../bench.ts";
import { startHub, startProbe } from "../children.ts";
import { MemoryWatch } from "../memory-watch.ts";
import { openFiles, residentBytes } from "../proc.ts";
import { count, median, megabytes, milliseconds } from "../statistics.ts";

const MINUTE_MS = 60_000;
const SEED = 20_260_131;
/** Parts of the whole. */
const BASELINE_SHARE = 1 / 12;
const LULL_SHARE = 1 / 60;
const RESIDENT_SAMPLES = 9;
const RESIDENT_PERIOD_MS = 200;
const GROWTH_BAR = 0.1;
const HOLD_BAR_SECONDS = 0.1;
const DEVICES = { mqtt: 180, http: 20 };
const PERIOD_MS = 1_000;
const paceFlags = [
  ...["--mqtt-devices", String(DEVICES.mqtt), "--mqtt-period-ms", String(PERIOD_MS)],
  ...["--http-devices", String(DEVICES.http), "--http-period-ms", String(PERIOD_MS)],
];

interface Outcome {
  readonly baselineBytes: number;
  readonly endBytes: number;
  readonly attacks: number;
  readonly honest: ProbeReport;
  readonly asked: SoakFigures;
  /** The longest that the event loop was ever held. */
  readonly longestHoldSeconds: number;
  readonly health: Health["status"];
}

export const soak: Topic = {
  name: "soak",
  async run(bench) {
    await using hub = await startHub(join(bench.folder, "soak"), ["--anonymous", "all"]);
    using watch = new MemoryWatch(hub.pid);
    const died = new Promise<never>((_resolve, reject) => {
      watch.gone.addEventListener("abort", () => reject(new Error(String(watch.gone.reason))));
    });
    const outcome = await Promise.race([endure(hub, bench, watch.gone), died]);
    return rowsOf(outcome, watch.peakBytes, bench.minutes);
  },
};

async function endure(hub: TestHub, { minutes, tell }: Bench, gone: AbortSignal): Promise<Outcome> {
  const totalMs = minutes * MINUTE_MS;
  const lullMs = totalMs * LULL_SHARE;
  const baselineMs = totalMs * BASELINE_SHARE;
  const flags = [...hubFlags(hub), ...paceFlags, "--seconds", String(2 * minutes * 60)];
  await using probe = await startProbe("honest", flags, ProbeReport);
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, gone]);
  const random = randomNumbers(SEED);
  const holds = new HoldWatch(hub);
  const tellWithHold = (words: string) => tell(`held ${milliseconds(1_000 * holds.take())} until now; ${words}`);
  const attackThenRest = async (ms: number) => {
    const attacking = AbortSignal.any([AbortSignal.timeout(ms - lullMs), signal]);
    const usualFiles = openFiles(hub.pid);
    const attacks = await attackAtRandom(hub, random, tellWithHold, attacking);
    await untilWorkedOff(hub.pid, usualFiles);
    await sleep(lullMs, undefined, { signal });
    return { attacks, bytes: await settledBytes(hub.pid) };
  };
  const stand = async () => {
    const early = await attackThenRest(baselineMs);
    tell(`${megabytes(early.bytes)} after a twelfth of the time`);
    const late = await attackThenRest(totalMs - baselineMs);
    ended.abort();
    return { baselineBytes: early.bytes, endBytes: late.bytes, attacks: early.attacks + late.attacks };
  };
  try {
    const all = [stand(), askAllDay(hub, "honest-mqtt-1", signal), holds.run(signal)] as const;
    const [stood, asked] = await Promise.all(all);
    const honest = await probe.stop();
    const { status } = await hub.json<Health>("/healthz");
    return { ...stood, honest, asked, longestHoldSeconds: holds.longestSeconds, health: status };
  } finally {
    // Whichever of the two failed, the other must not go on.
    ended.abort();
  }
}

/** What is collected now and then comes and goes; half of the time it is less. */
async function settledBytes(pid: number): Promise<number> {
  const samples: number[] = [];
  while (samples.length < RESIDENT_SAMPLES) {
    samples.push(residentBytes(pid));
    await sleep(RESIDENT_PERIOD_MS);
  }
  return median(samples);
}

function rowsOf(outcome: Outcome, peakBytes: number, minutes: number): Row[] {
  const { baselineBytes, endBytes, attacks, honest, asked, longestHoldSeconds, health } = outcome;
  const { mqtt, http, missing } = honest;
  const { charts, exports, commands, commandsDone } = asked;
  const acknowledged = mqtt.acknowledged + http.acknowledged;
  return [
    {
      what: `RSS after ${minutes} minutes of 200 devices, ${count(charts)} charts, ${exports} exports, ${attacks} attacks`,
      bar: `≤ ${100 * GROWTH_BAR} % over that at minute ${Number((minutes * BASELINE_SHARE).toFixed(1))}`,
      measured: `${megabytes(endBytes)} (${megabytes(baselineBytes)}; at most ${megabytes(peakBytes)}); /healthz ${health}`,
      passed: endBytes <= (1 + GROWTH_BAR) * baselineBytes && health === "ok",
    },
    {
      what: "of these, readings acknowledged and found again",
      bar: "all",
      measured: `${count(acknowledged - missing)} of ${count(acknowledged)} (PUBACK p99 ${milliseconds(mqtt.p99Ms)})`,
      passed: missing === 0,
    },
    {
      what: "meanwhile, commands that were done",
      bar: "all",
      measured: `${commandsDone} of ${commands}`,
      passed: commandsDone === commands,
    },
    {
      what: "meanwhile, the longest that the event loop was held",
      bar: `≤ ${milliseconds(1_000 * HOLD_BAR_SECONDS)}`,
      measured: milliseconds(1_000 * longestHoldSeconds),
      passed: longestHoldSeconds > 0 && longestHoldSeconds <= HOLD_BAR_SECONDS,
    },
  ];
}
