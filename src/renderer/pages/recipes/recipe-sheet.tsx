// One recipe, on a printable sheet: wiring as a picture and as a table, the agent's configuration, what the card will show, and common
// mistakes.
import { ArrowLeft, Printer } from "lucide-react";
import { language } from "../../i18n/language.ts";
import { recipesText as words } from "../../i18n/later/recipes-text.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { LINKS } from "../../shell/use-route.ts";
import { Copyable } from "../../ui/copyable.tsx";
import { CardPreview } from "./card-preview.tsx";
import type { Recipe } from "./data/recipe.ts";
import styles from "./recipes.module.css";
import { WiringPicture } from "./wiring/wiring-picture.tsx";
import { WiringTable } from "./wiring/wiring-table.tsx";

export function RecipeSheet({ recipe }: { readonly recipe: Recipe }) {
  const { name, measures, wires, boot, toml, shows, traps } = recipe;
  return (
    <>
      <PageHeader title={words.nameOf(name)}>
        <a className="button" href={LINKS.recipes}>
          <ArrowLeft className="icon" aria-hidden="true" />
          {words.all}
        </a>
        <button type="button" className="button" onClick={() => print()}>
          <Printer className="icon" aria-hidden="true" />
          {words.print}
        </button>
      </PageHeader>
      <p className={styles["lead"]}>{measures[language]}</p>
      <div className={styles["sheet"]}>
        <section className={`panel ${styles["wiring"]}`} aria-labelledby="wiring">
          <h2 id="wiring">{words.wiring}</h2>
          {wires.length === 0 ? (
            <p>{words.noWires}</p>
          ) : (
            <>
              <p className="note">{words.off}</p>
              <WiringPicture recipe={recipe} />
              <WiringTable recipe={recipe} />
            </>
          )}
        </section>
        <div className={styles["steps"]}>
          {boot.length > 0 && (
            <section className={`panel ${styles["code"]}`} aria-labelledby="boot">
              <h2 id="boot">{words.boot}</h2>
              <Copyable code={boot.join("\n")} label={words.boot} />
            </section>
          )}
          <section className={`panel ${styles["code"]}`} aria-labelledby="agent">
            <h2 id="agent">{words.agent}</h2>
            <Copyable code={toml.trimEnd()} label={words.agent} />
            <p className="note">{words.agentHint}</p>
          </section>
          <section aria-labelledby="card">
            <h2 id="card">{words.card}</h2>
            <CardPreview shows={shows} />
          </section>
          <section aria-labelledby="traps">
            <h2 id="traps">{words.traps}</h2>
            <ul className={styles["traps"]}>
              {traps.map((trap) => (
                <li key={trap.en}>{trap[language]}</li>
              ))}
            </ul>
          </section>
        </div>
      </div>
    </>
  );
}
