// How files are understood: a table of the forms that programs and people write, by their first bytes alone.
import { describe, expect, test } from "vitest";
import { type Guess, guessForm } from "../../../src/hub/import/guess/guess-form.ts";
import { RowReader } from "../../../src/hub/import/row-reader.ts";
import { TableRows } from "../../../src/hub/import/table-rows.ts";
import type { ImportFormChanges } from "../../../src/shared/history/import.ts";
import { render } from "../../../src/shared/messages/render.ts";

const NOW_MS = Date.UTC(2026, 6, 1);

interface Understood extends Guess {
  /** `device metric time value`, or why a row is refused. */
  readonly read: string[];
  readonly units: string[];
}

function understand(file: string | Uint8Array, chosen: ImportFormChanges = {}, zone = "UTC"): Understood {
  const bytes = Buffer.from(file);
  const guess = guessForm({ bytes, isWhole: true, fileName: "Küche 1.csv", zone }, chosen);
  const reader = new RowReader(guess.form, NOW_MS);
  const read: string[] = [];
  const units: string[] = [];
  for (const row of new TableRows(guess.form).rows(bytes, true)) {
    const { readings, reason, units: named } = reader.read(row);
    for (const { device, metric, tsMs, value } of readings)
      read.push(`${device} ${metric} ${new Date(tsMs).toISOString().replace(".000Z", "Z")} ${value}`);
    for (const { metric, unit } of named) units.push(`${metric} ${unit}`);
    if (reason !== null) read.push(render(reason));
  }
  return { ...guess, read, units };
}

const FORMS: readonly (readonly [name: string, file: string, read: readonly string[], zone?: string])[] = [
  [
    "Bramble's own",
    "time,device,metric,value\r\n2026-01-31T12:00:00.000Z,pi,'-t,21.5\r\n",
    ["pi -t 2026-01-31T12:00:00Z 21.5"],
  ],
  [
    "wide with units, a semicolon and a decimal comma",
    "Datum/Zeit;Temperatur [°C];Feuchte (%)\n31.12.2025 14:05;21,5;40\n31.12.2025 14:06;-1,25;\n",
    [
      "Kuche-1 Temperatur 2025-12-31T13:05:00Z 21.5",
      "Kuche-1 Feuchte 2025-12-31T13:05:00Z 40",
      "Kuche-1 Temperatur 2025-12-31T13:06:00Z -1.25",
    ],
    "Europe/Berlin",
  ],
  [
    "Home Assistant's history",
    "entity_id,state,last_changed\nsensor.kitchen,20.6,2026-01-31T12:00:00.123Z\nsensor.kitchen,unavailable,2026-01-31T12:01:00.000Z\n",
    ["home-assistant sensor.kitchen 2026-01-31T12:00:00.123Z 20.6"],
  ],
  [
    "InfluxDB's annotated tables, the second with other columns",
    `#group,false,false,true,true,false,false,true,true,true
#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string,string
#default,_result,,,,,,,,
,result,table,_start,_stop,_time,_value,_field,_measurement,host
,,0,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,2026-01-31T12:00:00Z,21.5,temperature,climate,pi

#datatype,string,long,dateTime:RFC3339,double,string,string
,result,table,_time,_value,host,_field
,,1,2026-01-31T12:00:00Z,40,pi,humidity
`,
    ["pi temperature 2026-01-31T12:00:00Z 21.5", "pi humidity 2026-01-31T12:00:00Z 40"],
  ],
  [
    "Grafana's, with Excel's hint",
    'sep=;\n"Time";"kitchen";"attic"\n"2026-01-31 13:00:00";"21.3 °C";"18 °C"\n',
    ["Kuche-1 kitchen 2026-01-31T12:00:00Z 21.3", "Kuche-1 attic 2026-01-31T12:00:00Z 18"],
    "Europe/Berlin",
  ],
  [
    "ThingsBoard's",
    "Timestamp;Entity name;key;value\n1769860800000;pi 1;temperature;21.5\n",
    ["pi-1 temperature 2026-01-31T12:00:00Z 21.5"],
  ],
  [
    "epoch seconds without titles",
    "1769860800,21.5\n1769860860,21.6\n",
    ["Kuche-1 value 2026-01-31T12:00:00Z 21.5", "Kuche-1 value 2026-01-31T12:01:00Z 21.6"],
  ],
  ["epoch microseconds", "ts,t\n1769860800000001,1\n", ["Kuche-1 t 2026-01-31T12:00:00Z 1"]],
  [
    "epoch nanoseconds of InfluxDB 1",
    "name,time,t\nclimate,1769860800000000000,1\n",
    ["Kuche-1 t 2026-01-31T12:00:00Z 1"],
  ],
  [
    "no titles, tabs, device and metric",
    "2026-01-31T12:00Z\tpi\tt\t1\n2026-01-31T12:01+01:00\tpi\tt\t2\n",
    ["pi t 2026-01-31T12:00:00Z 1", "pi t 2026-01-31T11:01:00Z 2"],
  ],
  [
    "date and time of day in two columns",
    "Date|Time|t\n12/31/2025|2:05 PM|1\n12/31/2025|12:05 AM|2\n",
    ["Kuche-1 t 2025-12-31T14:05:00Z 1", "Kuche-1 t 2025-12-31T00:05:00Z 2"],
  ],
  [
    "two columns of times, one of them called that in German",
    "Geändert;Uhrzeit;t\n2026-02-01 00:00;2026-01-31 12:00;1\n",
    ["Kuche-1 t 2026-01-31T12:00:00Z 1"],
  ],
  [
    "twelve hours in Korean",
    "일시,온도\n2026. 1. 31. 오후 9:00,1\n",
    ["Kuche-1 온도 2026-01-31T12:00:00Z 1"],
    "Asia/Seoul",
  ],
  [
    "lines of text in front, a quoted line end and thousands",
    'Log of the attic\ntime,note,"flow, total"\n2026-01-31,"a ""b""\nc","1,234.5"\n',
    ["Kuche-1 flow total 2026-01-31T00:00:00Z 1234.5"],
  ],
  [
    "an index, text columns and on/off",
    ",time,door,by\n0,2026-01-31T00:00:00Z,ON,me\n1,2026-01-31T00:01:00Z,off,you\n",
    ["Kuche-1 door 2026-01-31T00:00:00Z 1", "Kuche-1 door 2026-01-31T00:01:00Z 0"],
  ],
];

describe("forms", () => {
  for (const [name, file, read, zone] of FORMS)
    test(name, () => {
      expect(understand(file, {}, zone).read).toEqual(read);
    });
});

test("units stand beside names, in a column of their own, or behind values", () => {
  expect(understand("time,a [°C],b\n2026-01-31,1,2 %\n").units).toEqual(["a °C", "b %"]);
  expect(understand("time,metric,value,unit\n2026-01-31,a,1,hPa\n").units).toEqual(["a hPa"]);
});

test("a file in two pieces has the same rows, wherever it is cut", () => {
  const file = Buffer.from(
    'time,note,t\r\n2026-01-31,"a ""b""\r\nc",21.5\r\n\r\n2026-02-01,"d\ne",7\n2026-02-02,"f,8\n',
  );
  const form = { encoding: "utf-8", separator: ",", header: true } as const;
  const whole = [...new TableRows(form).rows(file, true)];
  expect(whole.map(({ line, cells }) => [line, cells?.at(-1)])).toEqual([
    [2, "21.5"],
    [5, "7"],
    [7, "8"],
  ]);
  for (let at = 1; at < file.length; at++) {
    const table = new TableRows(form);
    const rows = [...table.rows(file.subarray(0, at), false), ...table.rows(file.subarray(at), true)];
    expect(rows, `cut at ${at}`).toEqual(whole);
  }
});

describe("encodings", () => {
  const text = "time,Außen [°C]\n2026-01-31,1\n";
  test.each([
    ["utf-8", Buffer.from(text)],
    ["utf-8", Buffer.from(`\uFEFF${text}`)],
    ["utf-16le", Buffer.from(`\uFEFF${text}`, "utf16le")],
    ["utf-16be", Buffer.from(`\uFEFF${text}`, "utf16le").swap16()],
    ["utf-16le", Buffer.from(text, "utf16le")],
    ["windows-1252", Buffer.from(text, "latin1")],
  ] as const)("%s", (encoding, bytes) => {
    const { form, read, units } = understand(bytes);
    expect([form.encoding, read, units]).toEqual([encoding, ["Kuche-1 Außen 2026-01-31T00:00:00Z 1"], ["Außen °C"]]);
  });
});

describe("day and month", () => {
  const timesOf = (...dates: string[]) => understand(["time;t", ...dates.map((date) => `${date};1`)].join("\n"));
  test("are determined by a day over the twelfth", () => {
    expect(timesOf("01/02/2025", "13/02/2025").form.time).toBe("day-first");
    expect(timesOf("01/02/2025", "02/13/2025").form.time).toBe("month-first");
  });
  test("are determined by the order in which rows are closest", () => {
    const guess = timesOf("01/02/2025", "02/02/2025", "03/02/2025", "04/02/2025");
    expect([guess.form.time, guess.isDayOrderGuessed]).toEqual(["day-first", false]);
  });
  test("are guessed and reported as a guess if undetermined", () => {
    expect(timesOf("01/02/2025 10:00", "01/02/2025 10:01")).toMatchObject({
      form: { time: "month-first" },
      isDayOrderGuessed: true,
    });
    expect(timesOf("01.02.2025 10:00").form.time).toBe("day-first");
  });
  test("that are swapped by the person are reported", () => {
    const { read } = understand("time,t\n31/12/2025,1\n", { time: "month-first" });
    expect(read).toEqual(["“31/12/2025” is no date in this order. Choose the other order of day and month."]);
  });
});

describe("when clocks are set", () => {
  const inBerlin = (...times: string[]) =>
    understand(["time,t", ...times.map((time, at) => `${time},${at}`)].join("\n"), {}, "Europe/Berlin").read.map(
      (row) => row.replace(/^Kuche-1 t /, ""),
    );
  test("an hour that occurs twice follows the order of the rows, forwards and backwards", () => {
    const forwards = [
      "2025-10-26 01:30",
      "2025-10-26 02:00",
      "2025-10-26 02:30",
      "2025-10-26 02:00",
      "2025-10-26 02:30",
      "2025-10-26 03:00",
    ];
    const moments = [
      "2025-10-25T23:30:00Z",
      "2025-10-26T00:00:00Z",
      "2025-10-26T00:30:00Z",
      "2025-10-26T01:00:00Z",
      "2025-10-26T01:30:00Z",
      "2025-10-26T02:00:00Z",
    ];
    expect(inBerlin(...forwards)).toEqual(moments.map((moment, at) => `${moment} ${at}`));
    expect(inBerlin(...forwards.toReversed())).toEqual(moments.toReversed().map((moment, at) => `${moment} ${at}`));
  });
  test("hourly readings are in both of them", () => {
    const read = inBerlin("2025-10-26 01:00", "2025-10-26 02:00", "2025-10-26 02:00", "2025-10-26 03:00");
    expect(read.map((row) => row.slice(11, 16))).toEqual(["23:00", "00:00", "01:00", "02:00"]);
  });
  test("a time in the skipped hour is refused with a message", () => {
    expect(inBerlin("2025-03-30 02:30")).toEqual([
      "There was no 2025-03-30 02:30 in Europe/Berlin: the clocks were set forward over it. Is the time zone right?",
    ]);
  });
});
