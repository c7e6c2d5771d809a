// What the desktop app does on this computer; a browser has none of it.
import { useEffect, useState } from "react";
import type { DesktopSettings as Settings } from "../../../shared/bridge.ts";
import { changeDesktopSettings, desktopSettings } from "../../api/platform.ts";
import { notificationText } from "../../i18n/later/notification-text.ts";
import { settingsText as text } from "../../i18n/settings/text.ts";
import { NotificationSettings } from "../../shell/desktop/notification-settings.tsx";
import { Setting, Switch } from "./setting.tsx";
import { UpdateSettings } from "./update-settings.tsx";

const SWITCHES = [
  ["atLogin", text.atLogin, text.atLoginHint],
  ["keepAwake", text.keepAwake, text.keepAwakeHint],
  ["tray", text.tray, text.trayHint],
] as const;

export function DesktopSettings() {
  const [settings, setSettings] = useState<Settings | null>(null);
  const [unsaved, setUnsaved] = useState<keyof Settings | null>(null);
  useEffect(() => {
    void desktopSettings().then(setSettings);
  }, []);
  if (settings === null) return null;
  const change = (name: keyof Settings, changes: Partial<Settings>, onSaved?: () => void) => {
    changeDesktopSettings(changes).then(
      (changed) => {
        setSettings(changed);
        setUnsaved(null);
        onSaved?.();
      },
      () => setUnsaved(name),
    );
  };
  const problemOf = (name: keyof Settings) => (unsaved === name ? notificationText.notKept : undefined);
  return (
    <>
      {SWITCHES.map(([name, title, hint]) => (
        <Setting key={name} id={name} title={title} hint={hint} problem={problemOf(name)}>
          <Switch label={title} isOn={settings[name]} onChange={(isOn) => change(name, { [name]: isOn })} />
        </Setting>
      ))}
      <UpdateSettings
        address={settings.updateAddress}
        problem={problemOf("updateAddress")}
        onSave={(updateAddress, onSaved) => change("updateAddress", { updateAddress }, onSaved)}
      />
      <Setting id="notices" title={notificationText.title} isWide>
        <NotificationSettings />
      </Setting>
    </>
  );
}
