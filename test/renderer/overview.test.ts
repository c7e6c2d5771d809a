// What the overview shows, in which groups and order; what the window finds by typing.
import { describe, expect, test } from "vitest";
import { finderOf, rankOf } from "../../src/renderer/i18n/search.ts";
import { arrange, moved } from "../../src/renderer/pages/overview/arrange/arrange.ts";
import { linkOf, parseFilters } from "../../src/renderer/pages/overview/arrange/filters.ts";
import type { OverviewLayout } from "../../src/renderer/shell/overview-layout.ts";
import type { Device } from "../../src/shared/device.ts";
import { reasonsOf } from "../../src/shared/notices/attention.ts";

const NOW_MS = 1_750_000_000_000;
const LAYOUT: OverviewLayout = { view: "cards", group: "room", order: "name", byHand: [] };
const ALL = parseFilters("#/");

function device(id: string, changes: Partial<Device> = {}): Device {
  return {
    id,
    name: id,
    joining: "approved",
    address: "10.0.0.7",
    presence: { online: true, sinceMs: NOW_MS },
    firstSeenMs: NOW_MS,
    lastSeenMs: NOW_MS,
    metrics: [{ name: "soil.moisture", latest: { ts: NOW_MS, value: 1 }, stale: false }],
    controls: [],
    attributes: {},
    ...changes,
  };
}

const away = { online: false, sinceMs: NOW_MS } as const;
const needsAttention = ({ presence }: Device) => !presence.online;
const shape = (devices: readonly Device[], filters = ALL, layout = LAYOUT) =>
  arrange(devices, needsAttention, filters, layout).map(({ name, ids }) => [
    "name" in name ? name.name : name.kind,
    ids.join(" "),
  ]);

describe("arranging", () => {
  const devices = [
    device("pi-10", { room: "Lab", tags: ["wet"] }),
    device("pi-9", { room: "Lab" }),
    device("attic", { room: "Attic", presence: away }),
    device("garden", { tags: ["wet", "outside"] }),
  ];

  test("devices that need attention come first, then rooms, then devices without a room", () => {
    expect(shape(devices)).toEqual([
      ["attention", "attic"],
      ["Lab", "pi-9 pi-10"],
      ["rest", "garden"],
    ]);
  });

  test("by tag a device is in the group of each of its tags", () => {
    expect(shape(devices, ALL, { ...LAYOUT, group: "tag" })).toEqual([
      ["attention", "attic"],
      ["outside", "garden"],
      ["wet", "garden pi-10"],
      ["rest", "pi-9"],
    ]);
  });

  test("manually ordered devices come first, the others after them by name", () => {
    const byHand: OverviewLayout = { ...LAYOUT, group: "none", order: "hand", byHand: ["pi-10", "gone"] };
    expect(shape(devices, ALL, byHand)).toEqual([
      ["attention", "attic"],
      ["all", "pi-10 garden pi-9"],
    ]);
  });

  test.each([
    ["#/?q=MOIST%20lab", "pi-9 pi-10"],
    ["#/?room=Lab", "pi-9 pi-10"],
    ["#/?tag=outside", "garden"],
    ["#/?state=offline", "attic"],
    ["#/?state=look", "attic"],
    ["#/?state=online&tag=wet", "pi-10 garden"],
    ["#/?q=nothing", ""],
    ["#/?state=nonsense&q=attic", "attic"],
  ])("%s shows %j", (hash, ids) => {
    const shown = shape(devices, parseFilters(hash)).map(([, of]) => of);
    expect(shown.filter((of) => of !== "").join(" ")).toBe(ids);
  });

  test.each([
    ["a", "c", "after", "b c a d"],
    ["d", "b", "before", "a d b c"],
    ["a", "gone", "after", "a b c d"],
  ] as const)("%s goes %s %s", (id, target, side, order) => {
    expect(moved(["a", "b", "c", "d"], id, target, side).join(" ")).toBe(order);
  });
});

test.each(["#/", "#/?q=a+b%26c&room=R%26D&tag=%EC%98%A8&state=look&wall=1"])(
  "the address %s says what is shown",
  (hash) => {
    expect(linkOf(parseFilters(hash))).toBe(hash);
  },
);

describe("why a device needs attention", () => {
  const failed = (atMs: number) =>
    device("pi", {
      controls: [{ control: { id: "led", kind: "switch" }, desired: { value: true, state: "failed", atMs } }],
    });

  test.each([
    ["nothing", device("pi"), undefined, []],
    ["undervoltage now", device("pi"), 1, ["undervoltage"]],
    ["undervoltage before it went", device("pi", { presence: away }), 1, ["offline"]],
    ["a command that failed", failed(NOW_MS - 1_000), 0, ["failed"]],
    ["one that failed the day before yesterday", failed(NOW_MS - 48 * 3_600_000), 0, []],
    ["two machines", device("pi", { duplicate: { addresses: [], atMs: NOW_MS } }), 0, ["duplicate"]],
    [
      "a silent sensor",
      device("pi", { metrics: [{ name: "t", latest: { ts: 0, value: 1 }, stale: true }] }),
      0,
      ["silent"],
    ],
  ] as const)("%s", (_, given, undervoltage, reasons) => {
    expect(reasonsOf(given, undervoltage, NOW_MS)).toEqual(reasons);
  });
});

test.each([
  ["", ["Attic"], true],
  ["att", ["Attic"], true],
  ["CAFE", ["Café"], true],
  ["온", ["온실"], true],
  ["오", ["온실"], true],
  ["lab temp", ["pi", "Lab", "Temperature"], true],
  ["lab wind", ["pi", "Lab", "Temperature"], false],
])("typing %j finds %j: %s", (query, texts, isFound) => {
  expect(finderOf(query)(texts)).toBe(isFound);
});

test("a prefix match ranks first, then a match at a word's start", () => {
  expect(["Attic", "The attic", "Scattich"].map((label) => rankOf(label, "att"))).toEqual([0, 1, 2]);
});
