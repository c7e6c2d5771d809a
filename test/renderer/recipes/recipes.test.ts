// Each recipe against the agent's own code: its configuration is valid, yields the metrics shown, and uses the wired pins; its commands
// decode the datasheets' examples.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Recipe } from "../../../src/renderer/pages/recipes/data/recipe.ts";
import { RECIPES } from "../../../src/renderer/pages/recipes/data/recipes.ts";
import { headerPin } from "../../../src/renderer/pages/recipes/wiring/header.ts";
import { AGENT_FOLDER, PYTHON } from "../../support/agent.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";

interface Described {
  readonly metrics: Readonly<Record<string, string>>;
  readonly vitals: Readonly<Record<string, string>>;
  readonly controls: Readonly<Record<string, string>>;
  readonly pins: readonly number[];
  readonly busPins: readonly number[];
  readonly measured: Readonly<Record<string, number>>;
}

const FAKES = fileURLToPath(new URL("fakes", import.meta.url));
const all: readonly Recipe[] = Object.values(RECIPES).flat();

/** GPIO numbers that the recipe's wires lead to. */
const wiredPins = ({ wires }: Recipe) =>
  wires.flatMap(({ from }) => (typeof from === "number" ? (headerPin(from)?.gpio ?? []) : []));

test("every recipe's block is the agent's, and its card and wires are the block's", () => {
  using folder = makeTemporaryFolder();
  const iio = join(folder.path, "sys/bus/iio/devices/iio:device0");
  mkdirSync(iio, { recursive: true });
  writeFileSync(join(iio, "in_pressure_input"), "101.325000000\n");
  writeFileSync(join(iio, "in_temp_input"), "21370\n");
  const hwmon = join(folder.path, "sys/bus/i2c/devices/1-0044/hwmon/hwmon2");
  mkdirSync(hwmon, { recursive: true });
  writeFileSync(join(hwmon, "temp1_input"), "25040\n");
  writeFileSync(join(hwmon, "humidity1_input"), "50320\n");
  const blocks = all.map(({ id, toml }) => [id, toml.replaceAll("/sys/", `${folder.path}/sys/`)]);
  const answer = execFileSync(PYTHON, [join(FAKES, "read_recipes.py")], {
    input: JSON.stringify(Object.fromEntries(blocks)),
    env: { PATH: "/usr/bin:/bin", PYTHONPATH: `${AGENT_FOLDER}:${FAKES}`, PYTHONDONTWRITEBYTECODE: "1" },
    encoding: "utf8",
  });
  const described: Readonly<Record<string, Described>> = JSON.parse(answer);
  for (const recipe of all) {
    const one = described[recipe.id];
    expect(one, recipe.id).toBeDefined();
    if (one === undefined) continue;
    const metrics = recipe.shows.flatMap((shown) => ("metric" in shown ? [[shown.metric, shown.unit ?? ""]] : []));
    const controls = recipe.shows.flatMap((shown) => ("control" in shown ? [[shown.control, shown.kind]] : []));
    // A card has the first four.
    if (recipe.id === "cpu") expect(Object.entries(one.vitals).slice(0, 4)).toEqual(metrics);
    else expect(Object.fromEntries(metrics), recipe.id).toEqual(one.metrics);
    expect(Object.fromEntries(controls), recipe.id).toEqual(one.controls);
    expect(wiredPins(recipe), recipe.id).toEqual(expect.arrayContaining([...one.pins]));
    // Of SPI's two chip selects one is wired.
    if (one.busPins.length > 0 && recipe.id !== "mcp3008-soil")
      expect(wiredPins(recipe), recipe.id).toEqual(expect.arrayContaining([...one.busPins]));
  }
  const measured = Object.fromEntries(
    all.flatMap(({ id }) =>
      Object.entries(described[id]?.measured ?? {}).map(([name, value]) => [`${id} ${name}`, value]),
    ),
  );
  expect(measured).toEqual({
    "sht31 temperature": 25.04,
    "sht31 humidity": 50.32,
    "bmp280 pressure": 1013.25,
    "bmp280 temperature": 21.37,
    "scd41 co2": 500,
    "hc-sr04 distance": 83.5,
    "bh1750 light": 28_066.7,
    "ads1115 voltage": 2.048,
    "ina219 voltage": 11.98,
    "ina219 current": -200,
  });
});

test.each(all)(
  "$name: every wire ends at a pin that there is, none twice at the Pi, and power and ground at theirs",
  (recipe) => {
    const pins = new Set(recipe.parts.flatMap(({ name, pins: own }) => own.map((pin) => `${name}.${pin}`)));
    const atPi = recipe.wires.flatMap(({ from }) => (typeof from === "number" ? [from] : []));
    expect(new Set(atPi).size).toBe(atPi.length);
    for (const { from, to, colour } of recipe.wires) {
      expect(pins).toContain(to);
      if (typeof from === "string") expect(pins).toContain(from);
      else {
        const kind = headerPin(from)?.kind;
        expect(kind).toBeDefined();
        expect(kind === "ground").toBe(colour === "black");
        expect(kind === "3v3" || kind === "5v").toBe(colour === "red");
      }
    }
    const wired = new Set(recipe.wires.flatMap(({ from, to }) => [String(from), to]));
    for (const pin of pins) expect(wired).toContain(pin);
  },
);

test("ids are addresses, and no two are alike", () => {
  const ids = all.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9-]+$/);
});
