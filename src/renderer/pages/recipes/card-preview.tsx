// What a device's card will have, drawn like one, with values of no device.

import { recipesText as words } from "../../i18n/later/recipes-text.ts";
import { metricLabel } from "../../i18n/names.ts";
import type { Shown } from "./data/recipe.ts";
import styles from "./recipes.module.css";

export function CardPreview({ shows }: { readonly shows: readonly Shown[] }) {
  return (
    <div className={`panel ${styles["card"]}`}>
      <strong>{words.device}</strong>
      <dl>
        {shows.map((shown) => (
          <div key={nameOf(shown)}>
            <dt>{metricLabel({ name: nameOf(shown), ...(shown.label !== undefined && { label: shown.label }) })}</dt>
            <dd>
              {"control" in shown && (
                <i className={shown.kind === "switch" ? styles["switch"] : styles["slider"]} aria-hidden="true" />
              )}
              {shown.example}
              {"metric" in shown && shown.unit !== undefined && <small> {shown.unit}</small>}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const nameOf = (shown: Shown): string => ("metric" in shown ? shown.metric : shown.control);
