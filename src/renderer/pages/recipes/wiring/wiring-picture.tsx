// The wiring drawn: the Pi's header with its 40 pins, the parts with theirs, and coloured wires. On white paper in both themes, since
// black and white wires have to be seen, and since it is printed. What it shows stands in the table for those who do not see it.
import { recipesText as words } from "../../../i18n/later/recipes-text.ts";
import type { Recipe, WireColour } from "../data/recipe.ts";
import { HEADER, type HeaderPin, headerPin, type PinKind } from "./header.ts";
import { HEADER_BOX, HEIGHT, headerPlace, type Place, type PlacedPart, type PlacedPin, pictureOf } from "./layout.ts";
import styles from "./wiring.module.css";

export const WIRE_FILLS: Readonly<Record<WireColour, string>> = {
  red: "#d3302f",
  black: "#2b2826",
  yellow: "#e0a800",
  blue: "#1f6fb5",
  green: "#2e8b3d",
  orange: "#e2711d",
  white: "#8b847d",
  purple: "#7a4fb3",
};

const PIN_FILLS: Readonly<Record<PinKind, string>> = {
  "3v3": "#f3b4a8",
  "5v": "#e98a86",
  ground: "#6f6a66",
  gpio: "#e9dfc4",
};

export function WiringPicture({ recipe }: { readonly recipe: Recipe }) {
  const { width, parts, wires } = pictureOf(recipe);
  const used = new Set(recipe.wires.flatMap(({ from }) => (typeof from === "number" ? [from] : [])));
  return (
    // It scrolls on a phone: the keyboard must reach it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <div className={styles["paper"]} tabIndex={0}>
      <svg
        className={styles["picture"]}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={words.wiringOf(words.nameOf(recipe.name))}
      >
        {/* What comes later is drawn over what comes before: wires over boxes, and over the wires what has to be read. */}
        <HeaderBox />
        {parts.map((part) => (
          <PartBox key={part.name} part={part} />
        ))}
        {wires.map(({ wire, path }) => (
          <WireLine key={`${wire.from} ${wire.to}`} path={path} colour={wire.colour} />
        ))}
        {HEADER.map((pin) => (
          <HeaderPinDot key={pin.number} pin={pin} isUsed={used.has(pin.number)} />
        ))}
        {wires.map(
          ({ wire: { from, to, via }, middle }) =>
            middle !== null && <ViaLabel key={`${from} ${to}`} middle={middle} via={via} />,
        )}
        {parts.flatMap(({ name, pins }) => pins.map((pin) => <PartPin key={`${name} ${pin.name}`} pin={pin} />))}
        {[...used].map((number) => (
          <HeaderPinName key={number} number={number} />
        ))}
      </svg>
    </div>
  );
}

function HeaderBox() {
  return (
    <>
      <text x={HEADER_BOX.x + HEADER_BOX.width / 2} y={14} className={styles["title"]}>
        Raspberry Pi
      </text>
      <rect {...HEADER_BOX} rx={4} fill="#26332b" />
    </>
  );
}

function PartBox({ part: { name, x, y, width, height } }: { readonly part: PlacedPart }) {
  return (
    <g>
      <rect {...{ x, y, width, height }} rx={6} fill="#dfe9e6" stroke="#0b7a75" />
      <text x={x + width / 2} y={y + 18} className={styles["title"]}>
        {words.nameOf(name)}
      </text>
    </g>
  );
}

/** With an edge of white, so that wires that cross can be told apart. */
function WireLine({ path, colour }: { readonly path: string; readonly colour: WireColour }) {
  return (
    <g fill="none" strokeLinecap="round">
      <path d={path} stroke="#ffffff" strokeWidth={5} />
      <path d={path} stroke={WIRE_FILLS[colour]} strokeWidth={2.6} />
    </g>
  );
}

function HeaderPinDot({ pin: { number, kind }, isUsed }: { readonly pin: HeaderPin; readonly isUsed: boolean }) {
  const { x, y } = headerPlace(number);
  return (
    <g opacity={isUsed ? 1 : 0.45}>
      <circle cx={x} cy={y} r={6} fill={PIN_FILLS[kind]} />
      <text x={x} y={y + 2.3} className={styles["number"]} fill={kind === "ground" ? "#ffffff" : "#1d1b1a"}>
        {number}
      </text>
    </g>
  );
}

function HeaderPinName({ number }: { readonly number: number }) {
  const { x, y } = headerPlace(number);
  const isOdd = number % 2 === 1;
  return (
    <text x={x + (isOdd ? -13 : 13)} y={y + 3} className={styles["label"]} textAnchor={isOdd ? "end" : "start"}>
      {headerPin(number)?.name}
    </text>
  );
}

/** What is on a wire between its ends, such as a resistor. */
function ViaLabel({ middle: { x, y }, via }: { readonly middle: Place; readonly via: string | undefined }) {
  return (
    <g>
      <rect x={x - 21} y={y - 7} width={42} height={14} rx={4} fill="#f7e7c3" stroke="#8b6a1f" />
      <text x={x} y={y + 3.2} className={styles["via"]}>
        {via}
      </text>
    </g>
  );
}

function PartPin({ pin: { name, x, y, isRight } }: { readonly pin: PlacedPin }) {
  return (
    <g>
      <circle cx={x} cy={y} r={4} fill="#ffffff" stroke="#0b7a75" />
      <text x={x + (isRight ? -9 : 9)} y={y + 3.5} className={styles["pin"]} textAnchor={isRight ? "end" : "start"}>
        {name}
      </text>
    </g>
  );
}
