// What a person chooses about the window, in the status line: language, light or dark, and the unit of temperatures.
import { isLanguage, LANGUAGES } from "../../../shared/messages/language.ts";
import { useStored } from "../../api/local-storage/stored.ts";
import { unitChoices } from "../../api/local-storage/unit-choices.ts";
import { chooseLanguage, chosenLanguage } from "../../i18n/language.ts";
import { text } from "../../i18n/text.ts";
import { choicesOf, type ShownQuantity } from "../../i18n/units.ts";
import { chooseTheme, chosenTheme, isTheme, THEMES, useTheme } from "../../styles/theme.ts";
import styles from "./hub-status.module.css";

export function Choices() {
  return (
    <div className={styles["choices"]}>
      <LanguageChoice />
      <ThemeChoice />
      <UnitChoice quantity="temperature" label={text.shell.temperatureUnit} asSent={text.shell.unitOfSensor} />
    </div>
  );
}

export function LanguageChoice() {
  return (
    <select
      aria-label={text.shell.language}
      value={chosenLanguage() ?? ""}
      onChange={({ target }) => chooseLanguage(isLanguage(target.value) ? target.value : null)}
    >
      <option value="">{text.shell.languageOfSystem}</option>
      {Object.entries(LANGUAGES).map(([code, name]) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </select>
  );
}

export function ThemeChoice() {
  useTheme();
  return (
    <select
      aria-label={text.shell.theme}
      value={chosenTheme() ?? ""}
      onChange={({ target }) => chooseTheme(isTheme(target.value) ? target.value : null)}
    >
      <option value="">{text.shell.themeOfSystem}</option>
      {THEMES.map((theme) => (
        <option key={theme} value={theme}>
          {text.shell.themes[theme]}
        </option>
      ))}
    </select>
  );
}

interface UnitChoiceProps {
  readonly quantity: ShownQuantity;
  readonly label: string;
  readonly asSent: string;
}

export function UnitChoice({ quantity, label, asSent }: UnitChoiceProps) {
  const choices = useStored(unitChoices);
  const choose = (chosen: string) => {
    const { [quantity]: _, ...others } = choices;
    unitChoices.set(chosen === "" ? others : { ...others, [quantity]: chosen });
  };
  return (
    <select aria-label={label} value={choices[quantity] ?? ""} onChange={({ target }) => choose(target.value)}>
      <option value="">{asSent}</option>
      {choicesOf(quantity).map((choice) => (
        <option key={choice}>{choice}</option>
      ))}
    </select>
  );
}
