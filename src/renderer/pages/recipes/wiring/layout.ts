// The layout of a wiring picture, in units of its view box: the header at the left, parts beside it, parts of parts in a second
// column. Pins connected to that column are at the right side of their part.
import type { Part, Recipe, Wire } from "../data/recipe.ts";
import { HEADER } from "./header.ts";

const PIN_PITCH = 15;
const HEADER_TOP = 26;
const ODD_X = 118;
const EVEN_X = ODD_X + PIN_PITCH;
const COLUMN_X = [300, 508] as const;
const PART_WIDTH = 112;
const PART_PIN_PITCH = 24;
const PART_HEAD = 30;
const PART_GAP = 26;
export const HEIGHT = HEADER_TOP + 20 * PIN_PITCH + 16;
/** How far a curve leaves its end straight on. */
const REACH = 60;
const LOOP_REACH = 44;

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface PlacedPin extends Place {
  readonly name: string;
  readonly isRight: boolean;
}

export interface PlacedPart {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly pins: readonly PlacedPin[];
}

interface PlacedWire {
  readonly wire: Wire;
  readonly path: string;
  /** Where what is in between is drawn; null where nothing is. */
  readonly middle: Place | null;
}

export interface Picture {
  readonly width: number;
  readonly parts: readonly PlacedPart[];
  readonly wires: readonly PlacedWire[];
}

/** Of a pin of the Pi's header. */
export function headerPlace(number: number): Place {
  return { x: number % 2 === 1 ? ODD_X : EVEN_X, y: HEADER_TOP + Math.floor((number - 1) / 2) * PIN_PITCH + 8 };
}

export function pictureOf({ parts, wires }: Recipe): Picture {
  const placed = [0, 1].flatMap((column) =>
    placeColumn(
      parts.filter((part) => (part.column ?? 0) === column),
      column === 0 ? COLUMN_X[0] : COLUMN_X[1],
      (pin) => column === 0 && leadsOut(pin, parts, wires),
    ),
  );
  const places = new Map(placed.flatMap(({ name, pins }) => pins.map((pin) => [`${name}.${pin.name}`, pin] as const)));
  const width = Math.max(...placed.map(({ x }) => x)) + PART_WIDTH + 30;
  return { width, parts: placed, wires: wires.flatMap((wire) => placeWire(wire, places) ?? []) };
}

/** Whether all wires of a pin go to the second column: others than those are for the left side. */
function leadsOut(pin: string, parts: readonly Part[], wires: readonly Wire[]): boolean {
  const ends = wires.flatMap(({ from, to }) => (from === pin ? [to] : to === pin ? [from] : []));
  const isInSecond = (end: number | string) =>
    parts.some(({ name, column }) => column === 1 && typeof end === "string" && end.startsWith(`${name}.`));
  return ends.length > 0 && ends.every(isInSecond);
}

function placeColumn(parts: readonly Part[], x: number, isRight: (pin: string) => boolean): PlacedPart[] {
  const heights = parts.map(({ pins }) => PART_HEAD + pins.length * PART_PIN_PITCH);
  const total = heights.reduce((sum, height) => sum + height + PART_GAP, -PART_GAP);
  const slack = HEIGHT - total;
  const align = parts[0]?.align;
  let y = align === "top" ? 26 : align === "bottom" ? slack - 12 : Math.max(8, slack / 2);
  return parts.map(({ name, pins }, index) => {
    const height = heights[index] ?? 0;
    const part = {
      ...{ name, x, y, width: PART_WIDTH, height },
      pins: pins.map((pin, row) => {
        const atRight = isRight(`${name}.${pin}`);
        return {
          name: pin,
          isRight: atRight,
          x: atRight ? x + PART_WIDTH : x,
          y: y + PART_HEAD + row * PART_PIN_PITCH + 8,
        };
      }),
    };
    y += height + PART_GAP;
    return part;
  });
}

/** Undefined where an end is no pin of the recipe. */
function placeWire(wire: Wire, places: ReadonlyMap<string, PlacedPin>): PlacedWire | undefined {
  const { from } = wire;
  const to = places.get(wire.to);
  const start = typeof from === "number" ? headerPlace(from) : places.get(from);
  if (to === undefined || start === undefined) return undefined;
  if (typeof from === "string" && start.x === to.x) return looped(wire, start, to);
  // From the left column of the header between the pins of the right one, not over them.
  const isOdd = typeof from === "number" && from % 2 === 1;
  const lead = isOdd ? `l${PIN_PITCH / 2} ${PIN_PITCH / 2}h${PIN_PITCH}` : "";
  // A pin at the left side of its part that leads on to the second column is taken up at its right side.
  const origin = { x: start.x + (typeof from === "string" && start.x === COLUMN_X[0] ? PART_WIDTH : 0), y: start.y };
  const begin = isOdd ? { x: origin.x + PIN_PITCH * 1.5, y: origin.y + PIN_PITCH / 2 } : origin;
  const path = `M${origin.x} ${origin.y}${lead}C${begin.x + REACH} ${begin.y} ${to.x - REACH} ${to.y} ${to.x} ${to.y}`;
  const middle = { x: (begin.x + to.x) / 2, y: (begin.y + to.y) / 2 };
  return { wire, path, middle: wire.via === undefined ? null : middle };
}

/** Two pins on one side are connected by a loop beside it. */
function looped(wire: Wire, start: Place, to: PlacedPin): PlacedWire {
  const out = to.isRight ? LOOP_REACH : -LOOP_REACH;
  const path = `M${start.x} ${start.y}C${start.x + out} ${start.y} ${to.x + out} ${to.y} ${to.x} ${to.y}`;
  return { wire, path, middle: wire.via === undefined ? null : { x: start.x + out * 0.75, y: (start.y + to.y) / 2 } };
}

/** The header's outline. */
export const HEADER_BOX = {
  x: ODD_X - PIN_PITCH / 2 - 3,
  y: HEADER_TOP - 3,
  width: PIN_PITCH * 2 + 6,
  height: (HEADER.length / 2) * PIN_PITCH + 6,
};
