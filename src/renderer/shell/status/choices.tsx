// What a person chooses about the window, in the status line: language, light or dark, and the unit of temperatures.
import { isLanguage, LANGUAGES } from "../../../shared/messages/language.ts";
import { useStored } from "../../api/kept/stored.ts";
import { temperatureUnit } from "../../api/kept/temperature-unit.ts";
import { chooseLanguage, chosenLanguage } from "../../i18n/language.ts";
import { text } from "../../i18n/text.ts";
import { isTemperatureUnit, TEMPERATURE_UNITS } from "../../i18n/units.ts";
import { chooseTheme, chosenTheme, isTheme, THEMES, useTheme } from "../../styles/theme.ts";
import styles from "./hub-status.module.css";

export function Choices() {
  return (
    <div className={styles["choices"]}>
      <LanguageChoice />
      <ThemeChoice />
      <UnitChoice />
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

export function UnitChoice() {
  const chosen = useStored(temperatureUnit);
  return (
    <select
      aria-label={text.shell.temperatureUnit}
      value={chosen ?? ""}
      onChange={({ target }) => temperatureUnit.set(isTemperatureUnit(target.value) ? target.value : null)}
    >
      <option value="">{text.shell.unitOfSensor}</option>
      {TEMPERATURE_UNITS.map((unit) => (
        <option key={unit}>{unit}</option>
      ))}
    </select>
  );
}
