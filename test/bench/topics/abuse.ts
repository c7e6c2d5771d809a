// Attacks at full size, each against a hub of its own with default flags, while honest clients go on beside them: the hub
// stays within its memory, they are served in time, and nothing that was acknowledged is lost. “Back” is when it is as
// large again as it was when idle, but for RECOVERED_BYTES.
import { join } from "node:path";
import { type AttackKind, attackKinds } from "../../support/attacks/all-attacks.ts";
import { approveHonest } from "../../support/honest/approve.ts";
import { type ProbeReport, type TrialOutcome, tryAttack } from "../abuse/attack-trial.ts";
import type { Bench, Row, Topic } from "../bench.ts";
import { startHub } from "../children.ts";
import { megabytes, milliseconds } from "../statistics.ts";

const BAR = { grownBytes: 512e6, pubackMs: 50, postMs: 100, recoverySeconds: 60 };
const SECONDS = 20;
/** Of each, where a kind has several. */
const SECONDS_PER_VARIANT = 8;
/** All kinds at once, each as large as one machine's attackers can keep up beside the others. */
const TOGETHER_SIZE = 0.25;

/** Where single attacks are named, all of them at once. */
export const ALL_ATTACKS = "all-at-once";

const RSS_BAR = `RSS +≤ ${megabytes(BAR.grownBytes)}`;
const RECOVERY_BAR = `≤ ${BAR.recoverySeconds} s; no loss`;
const BAR_TEXT = `${RSS_BAR}; ≤ ${BAR.pubackMs} ms; ≤ ${BAR.postMs} ms; ${RECOVERY_BAR}`;
/** How long honest clients wait then has no bar: it is that of hundreds of attackers at once. */
const BAR_TEXT_TOGETHER = `${RSS_BAR}; ${RECOVERY_BAR}`;

export const abuse: Topic = {
  name: "abuse",
  async run(bench) {
    const rows: Row[] = [];
    const wanted = attackKinds.filter(({ name }) => bench.attacks.includes(name));
    for (const kind of wanted) rows.push(await measure(bench, kind));
    if (bench.attacks.includes(ALL_ATTACKS)) rows.push(await measureAll(bench));
    return rows;
  },
};

async function measure({ folder, stores, tell }: Bench, kind: AttackKind): Promise<Row> {
  const path = kind.needsWideStore ? await stores.wide() : join(folder, `abuse-${kind.name}`);
  const names = Object.keys(kind.variants).map((variant) => `${kind.name}/${variant}`);
  tell(names.join(", "));
  await using hub = await startHub(path, kind.hubFlags ?? []);
  if (kind.hubFlags?.includes("ask")) await approveHonest(hub);
  const secondsEach = names.length === 1 ? SECONDS : SECONDS_PER_VARIANT;
  const outcome = await tryAttack(hub, { names, secondsEach, size: 1, together: false });
  const isInTime =
    outcome.kind !== "failed" && outcome.honest.mqtt.p99Ms <= BAR.pubackMs && outcome.honest.http.p99Ms <= BAR.postMs;
  const row = rowOf(kind.what, BAR_TEXT, outcome);
  return { ...row, passed: row.passed && isInTime };
}

async function measureAll({ folder, tell }: Bench): Promise<Row> {
  const names = attackKinds.map(({ name }) => name);
  tell("all attacks at once");
  await using hub = await startHub(join(folder, "abuse-all"), ["--anonymous", "all"]);
  const outcome = await tryAttack(hub, { names, secondsEach: SECONDS, size: TOGETHER_SIZE, together: true });
  return rowOf(`all of them at once, each at ${100 * TOGETHER_SIZE} % of its size`, BAR_TEXT_TOGETHER, outcome);
}

function rowOf(what: string, bar: string, outcome: TrialOutcome): Row {
  if (outcome.kind === "failed") {
    return {
      what,
      bar,
      measured: `RSS +${megabytes(outcome.grownBytes)}, then ${outcome.reason}`,
      passed: false,
    };
  }
  const { grownBytes, honest, recoverySeconds, health } = outcome;
  const wrongs = [...wrongsOf(honest), ...(health === "ok" ? [] : [`/healthz says ${health}`])];
  const recovery = Number.isFinite(recoverySeconds) ? `back within ${recoverySeconds.toFixed(0)} s` : "not back";
  const figures = [
    `RSS +${megabytes(grownBytes)}`,
    `PUBACK p99 ${milliseconds(honest.mqtt.p99Ms)}`,
    `POST p99 ${milliseconds(honest.http.p99Ms)}`,
    recovery,
  ];
  const isBounded = grownBytes <= BAR.grownBytes && recoverySeconds <= BAR.recoverySeconds;
  return {
    what,
    bar,
    measured: [...figures, ...wrongs].join("; "),
    passed: isBounded && wrongs.length === 0,
  };
}

/** What must not happen to honest clients at all, in words. */
function wrongsOf({ missing, unanswered, turnedAway, connectionsLost }: ProbeReport): string[] {
  const counts = {
    "acknowledged and missing": missing,
    "never answered": unanswered,
    "turned away": turnedAway,
    "connections lost": connectionsLost,
  };
  return Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
}
