// Errors of a query: the parameter, its value, and what is allowed.
import { expect, test } from "vitest";
import type { ApiError } from "../../../../src/shared/api.ts";
import { startHubInside } from "../../../support/hub-inside.ts";

const EXPORT = "/api/v1/export.csv";
const TIME = "use milliseconds UTC or ISO 8601, such as 2026-01-31T12:00:00Z";

/** What is asked, the field, and the whole of the words. */
const WRONG: readonly (readonly [path: string, field: string, message: string])[] = [
  [`${EXPORT}?sep=comma`, "sep", "“sep” is “comma”: use , or ; or tab."],
  [`${EXPORT}?sep=%7C`, "sep", "“sep” is “|”: use , or ; or tab."],
  [`${EXPORT}?sep=`, "sep", "“sep” is “”: use , or ; or tab."],
  [`${EXPORT}?sep=%3B&sep=tab`, "sep", "“sep” is given 2 times: give it once."],
  [`${EXPORT}?layout=broad`, "layout", "“layout” is “broad”: use long or wide."],
  [`${EXPORT}?time=excel`, "time", "“time” is “excel”: use iso or spreadsheet."],
  [
    `${EXPORT}?decimal=%2C`,
    "decimal",
    "“decimal” is “,”: the columns are parted by commas. Use sep=; or sep=tab with it.",
  ],
  [`${EXPORT}?decimal=,&sep=,`, "decimal", "“decimal” is “,”: “sep” is one as well. Use sep=; or sep=tab with it."],
  [`${EXPORT}?tz=Mars`, "tz", "“tz” is “Mars”: use an IANA time zone such as Europe/Berlin, or UTC."],
  [`${EXPORT}?from=yesterday`, "from", `“from” is “yesterday”: ${TIME}.`],
  ["/api/v1/export.ndjson?to=x", "to", `“to” is “x”: ${TIME}.`],
  ["/api/v1/export.json?from=5&to=5", "from", "“from” is “5” and “to” is “5”: “from” must be before “to”."],
  [
    "/api/v1/export.json?sep=%3B",
    "sep",
    "There is no parameter “sep” here: /api/v1/export.json takes device, metric, from, to.",
  ],
  ["/api/v1/readings?limit=0", "limit", "“limit” is “0”: use a whole number from 1 to 10000."],
  ["/api/v1/readings?limit=many", "limit", "“limit” is “many”: use a whole number from 1 to 10000."],
  ["/api/v1/readings?cursor=zz", "cursor", "“cursor” is “zz”: use “next” of the page before."],
  ["/api/v1/devices/pi/readings", "metric", "“metric” is missing: a metric’s name."],
  [
    "/api/v1/devices/pi/readings?metric=t&points=1.5",
    "points",
    "“points” is “1.5”: use a whole number from 1 to 10000.",
  ],
  ["/api/v1/devices/pi/commands/next?wait=99", "wait", "“wait” is “99”: use a number from 0 to 60 (seconds)."],
  ["/api/v1/devices?metric=t", "metric", "There is no parameter “metric” here: /api/v1/devices takes none."],
  ["/api/v1/hub?constructor=1", "constructor", "There is no parameter “constructor” here: /api/v1/hub takes none."],
];

test("an invalid query is refused with a message on every route", async () => {
  await using hub = await startHubInside();
  await hub.post({ device_id: "pi", t: 1 });
  for (const [path, field, message] of WRONG) {
    const answer = await hub.fetch(path);
    const { error, ...rest }: ApiError = await answer.json();
    expect([path, answer.status, error]).toEqual([path, 400, "bad-request"]);
    expect(rest).toEqual({ message, details: [{ field }] });
  }
  expect((await hub.fetch("/healthz?nocache=1")).status).toBe(200);
});

test("an unknown parameter does not refuse a reading, and an anonymous client learns no parameters", async () => {
  await using hub = await startHubInside();
  const init = { method: "POST", body: '{"device_id":"pi","t":1}' };
  expect((await hub.fetch("/data?unknown=1", init)).status).toBe(200);
  const stranger = await fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/devices?unknown=1`);
  expect(stranger.status).toBe(401);
});
