// The latest readings in Prometheus' text format. There may be half a million series: the text is made a piece at a time, as it is
// read, and the lines of a gauge are contiguous, as the format requires.

export interface LatestReading {
  readonly device: string;
  readonly metric: string;
  readonly unit: string | undefined;
  readonly tsMs: number;
  readonly value: number;
}

export const READING_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** About a millisecond of work. */
const PIECE_CHARACTERS = 64 * 1024;

/** The names of readings in Prometheus, here and in the query API. */
export const READING_GAUGES = [
  {
    name: "bramble_reading",
    help: "Latest reading of each metric that has not fallen silent",
    sample: "value",
  },
  {
    name: "bramble_reading_timestamp_seconds",
    help: "When the latest reading was taken, since 1970",
    sample: "time",
  },
] as const;

/** `latest` is called once for each gauge. */
export function* readingMetrics(latest: () => Iterable<LatestReading>): Generator<Uint8Array> {
  for (const { name, help, sample } of READING_GAUGES) {
    let text = `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
    for (const reading of latest()) {
      text += `${name}{${labelsOf(reading)}} ${sample === "value" ? reading.value : reading.tsMs / 1_000}\n`;
      if (text.length < PIECE_CHARACTERS) continue;
      yield Buffer.from(text);
      text = "";
    }
    if (text !== "") yield Buffer.from(text);
  }
}

function labelsOf({ device, metric, unit }: LatestReading): string {
  const named = `device="${escaped(device)}",metric="${escaped(metric)}"`;
  return unit === undefined ? named : `${named},unit="${escaped(unit)}"`;
}

function escaped(label: string): string {
  return /[\\"\n]/.test(label) ? label.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n") : label;
}
