// The wiring drawn: the Pi's header with its 40 pins, the parts with theirs, and coloured wires. On white paper in both themes, since
// black and white wires have to be seen, and since it is printed. What it shows stands in the table for those who do not see it.
import { recipesText as words } from "../../../i18n/later/recipes-text.ts";
import type { Recipe, WireColour } from "../data/recipe.ts";
import { HEADER, headerPin, type PinKind } from "./header.ts";
import { HEADER_BOX, HEIGHT, headerPlace, pictureOf } from "./layout.ts";
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
  const { width: pictureWidth, parts, wires } = pictureOf(recipe);
  const used = new Set(recipe.wires.flatMap(({ from }) => (typeof from === "number" ? [from] : [])));
  return (
    // It scrolls on a phone: the keyboard must reach it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <div className={styles["paper"]} tabIndex={0}>
      <svg
        className={styles["picture"]}
        viewBox={`0 0 ${pictureWidth} ${HEIGHT}`}
        role="img"
        aria-label={words.wiringOf(words.nameOf(recipe.name))}
      >
        <text x={HEADER_BOX.x + HEADER_BOX.width / 2} y={14} className={styles["title"]}>
          Raspberry Pi
        </text>
        <rect {...HEADER_BOX} rx={4} fill="#26332b" />
        {parts.map(({ name, x, y, width, height }) => (
          <g key={name}>
            <rect {...{ x, y, width, height }} rx={6} fill="#dfe9e6" stroke="#0b7a75" />
            <text x={x + width / 2} y={y + 18} className={styles["title"]}>
              {words.nameOf(name)}
            </text>
          </g>
        ))}
        {wires.map(({ wire, path }) => (
          <g key={`${wire.from} ${wire.to}`} fill="none" strokeLinecap="round">
            <path d={path} stroke="#ffffff" strokeWidth={5} />
            <path d={path} stroke={WIRE_FILLS[wire.colour]} strokeWidth={2.6} />
          </g>
        ))}
        {HEADER.map(({ number, kind }) => {
          const { x, y } = headerPlace(number);
          return (
            <g key={number} opacity={used.has(number) ? 1 : 0.45}>
              <circle cx={x} cy={y} r={6} fill={PIN_FILLS[kind]} />
              <text x={x} y={y + 2.3} className={styles["number"]} fill={kind === "ground" ? "#ffffff" : "#1d1b1a"}>
                {number}
              </text>
            </g>
          );
        })}
        {wires.map(
          ({ wire: { from, to, via }, middle }) =>
            middle !== null && (
              <g key={`${from} ${to}`}>
                <rect
                  x={middle.x - 21}
                  y={middle.y - 7}
                  width={42}
                  height={14}
                  rx={4}
                  fill="#f7e7c3"
                  stroke="#8b6a1f"
                />
                <text x={middle.x} y={middle.y + 3.2} className={styles["via"]}>
                  {via}
                </text>
              </g>
            ),
        )}
        {parts.flatMap(({ name, pins }) =>
          pins.map((pin) => (
            <g key={`${name} ${pin.name}`}>
              <circle cx={pin.x} cy={pin.y} r={4} fill="#ffffff" stroke="#0b7a75" />
              <text
                x={pin.x + (pin.isRight ? -9 : 9)}
                y={pin.y + 3.5}
                className={styles["pin"]}
                textAnchor={pin.isRight ? "end" : "start"}
              >
                {pin.name}
              </text>
            </g>
          )),
        )}
        {[...used].map((number) => {
          const { x, y } = headerPlace(number);
          const isOdd = number % 2 === 1;
          return (
            <text
              key={number}
              x={x + (isOdd ? -13 : 13)}
              y={y + 3}
              className={styles["label"]}
              textAnchor={isOdd ? "end" : "start"}
            >
              {headerPin(number)?.name}
            </text>
          );
        })}
      </svg>
    </div>
  );
}
