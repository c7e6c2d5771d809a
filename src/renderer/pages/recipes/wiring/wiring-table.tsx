// The wiring pin by pin.
import { recipesText as words } from "../../../i18n/later/recipes-text.ts";
import type { Recipe } from "../data/recipe.ts";
import { headerPin } from "./header.ts";
import styles from "./wiring.module.css";
import { WIRE_FILLS } from "./wiring-picture.tsx";

export function WiringTable({ recipe: { wires } }: { readonly recipe: Recipe }) {
  return (
    <table className={styles["table"]}>
      <thead>
        <tr>
          <th scope="col">{words.from}</th>
          <th scope="col">{words.to}</th>
          <th scope="col">{words.wire}</th>
        </tr>
      </thead>
      <tbody>
        {wires.map(({ from, to, colour, via }) => (
          <tr key={`${from} ${to}`}>
            <td>{typeof from === "number" ? words.pin(from, headerPin(from)?.name ?? "") : spaced(from)}</td>
            <td>{spaced(to)}</td>
            <td>
              <svg viewBox="0 0 18 6" aria-hidden="true">
                <path d="M1 3h16" stroke={WIRE_FILLS[colour]} strokeWidth={4} strokeLinecap="round" />
              </svg>
              {words.colours[colour]}
              {via !== undefined && `, ${words.via(via)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** "DHT22 · DATA" of `DHT22.DATA`. */
function spaced(pin: string): string {
  const dot = pin.lastIndexOf(".");
  return `${words.nameOf(pin.slice(0, dot))} · ${pin.slice(dot + 1)}`;
}
