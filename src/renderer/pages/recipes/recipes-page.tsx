// Recipes for common sensors: a list that is searched by typing, and one recipe at an address of its own.
import { Search } from "lucide-react";
import { useState } from "react";
import { language } from "../../i18n/language.ts";
import { recipesText as words } from "../../i18n/later/recipes-text.ts";
import { finderOf } from "../../i18n/search.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { LINKS } from "../../shell/use-route.ts";
import type { Recipe } from "./data/recipe.ts";
import { RECIPES } from "./data/recipes.ts";
import { RecipeSheet } from "./recipe-sheet.tsx";
import styles from "./recipes.module.css";

const GROUPS = ["climate", "presence", "electric", "outputs"] as const;

/** `recipeId` is the one in the address; for an unknown one the list is shown. */
export function RecipesPage({ recipeId }: { readonly recipeId: string | null }) {
  const recipe = Object.values(RECIPES)
    .flat()
    .find(({ id }) => id === recipeId);
  return recipe === undefined ? <RecipeList /> : <RecipeSheet recipe={recipe} />;
}

function RecipeList() {
  const [query, setQuery] = useState("");
  const fits = finderOf(query);
  const found = GROUPS.map((group) => ({ group, recipes: RECIPES[group].filter((recipe) => fits(textsOf(recipe))) }));
  return (
    <>
      <PageHeader title={words.title} />
      <p className={styles["lead"]}>{words.lead}</p>
      <search className={styles["search"]}>
        <Search className="icon" aria-hidden="true" />
        <input
          type="search"
          aria-label={words.search}
          placeholder={words.search}
          value={query}
          onChange={({ target }) => setQuery(target.value)}
          onKeyDown={({ key, nativeEvent }) => key === "Escape" && !nativeEvent.isComposing && setQuery("")}
        />
      </search>
      {found.map(
        ({ group, recipes }) =>
          recipes.length > 0 && (
            <section key={group} className={styles["group"]} aria-labelledby={`recipes-${group}`}>
              <h2 id={`recipes-${group}`}>{words.groups[group]}</h2>
              <ul>
                {recipes.map(({ id, name, measures }) => (
                  <li key={id}>
                    <a className="panel" href={LINKS.recipe(id)}>
                      <strong>{words.nameOf(name)}</strong>
                      <span>{measures[language]}</span>
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          ),
      )}
      <p role="status">{found.every(({ recipes }) => recipes.length === 0) && words.nothingFits}</p>
    </>
  );
}

/** What a recipe is found by, in both languages. */
function textsOf({ name, words: more, measures, toml }: Recipe): string[] {
  return [name, ...more, ...Object.values(measures), toml];
}
