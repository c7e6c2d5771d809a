// A person's choices about the window, stored in this browser and effective immediately, and their password.
import { settingsText as text } from "../../i18n/settings/text.ts";
import { SHOWN_QUANTITIES } from "../../i18n/units.ts";
import { LanguageChoice, ThemeChoice, UnitChoice } from "../../shell/status/choices.tsx";
import { OwnPassword } from "./own-password.tsx";
import { Setting } from "./setting.tsx";

export function WindowSettings() {
  return (
    <>
      <Setting id="language" title={text.language} hint={text.windowHint}>
        <LanguageChoice />
      </Setting>
      <Setting id="theme" title={text.theme}>
        <ThemeChoice />
      </Setting>
      {SHOWN_QUANTITIES.map((quantity) => (
        <Setting key={quantity} id={quantity} title={text.units[quantity]}>
          <UnitChoice quantity={quantity} label={text.units[quantity]} asSent={text.asSent} />
        </Setting>
      ))}
      <OwnPassword />
    </>
  );
}
