// How devices come in: whether they need a key, which have none, and from which networks.
import { type SubmitEvent, useState } from "react";
import type { AccessChanges, AccessSettings, Anonymous, NewDeviceKey } from "../../../shared/security/access.ts";
import { ON_TRIAL, useAccessChange, useAccessSettings } from "../../api/access.ts";
import { apiUrl, explain, patch } from "../../api/client.ts";
import { useDevices } from "../../api/queries.ts";
import { GiveKey } from "../../device/key/give-key.tsx";
import { NewKey } from "../../device/key/new-key.tsx";
import { LastSeen } from "../../device/last-seen.tsx";
import { accessText } from "../../i18n/later/access-text.ts";
import { nameAndId } from "../../i18n/names.ts";
import { text as commonText } from "../../i18n/text.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { LINKS } from "../../shell/use-route.ts";
import { ChangedMeanwhile } from "../../ui/changed-meanwhile.tsx";
import form from "../../ui/form.module.css";
import { useDraft } from "../../ui/hooks/use-draft.ts";
import rows from "../../ui/rows.module.css";
import styles from "./access-page.module.css";

const t = accessText.devices;
const { words } = commonText;
const CHOICES: readonly Anonymous[] = ["readings", "none", "all"];

export function DeviceAccess() {
  const settings = useAccessSettings();
  if (settings.isLoadingError) return <Failure title={t.notLoaded} of={settings} />;
  if (settings.data === undefined) return <div className="skeleton loading" aria-hidden="true" />;
  return (
    <>
      <WithoutKey settings={settings.data} />
      <KeylessDevices />
      <AllowedNetworks settings={settings.data} />
    </>
  );
}

const useSettingsChange = () =>
  useAccessChange("settings", (changes: AccessChanges) =>
    // What devices may do cuts no window off.
    patch<AccessSettings>(apiUrl("access", changes.allow === undefined ? {} : ON_TRIAL), changes),
  );

function WithoutKey({ settings }: { readonly settings: AccessSettings }) {
  const draft = useDraft(settings.anonymous);
  const { value: chosen } = draft;
  const { data: devices = [] } = useDevices();
  const change = useSettingsChange();
  const isLocked = settings.setByFlag.includes("anonymous");
  const cutOff = devices.filter(({ key }) => key === undefined).length;
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="without-key">
      <h2 id="without-key">{t.withoutKey}</h2>
      {isLocked && <p>{t.locked}</p>}
      <fieldset className={styles["choices"]} disabled={isLocked || change.isPending} aria-labelledby="without-key">
        {CHOICES.map((value) => (
          <label key={value}>
            <input type="radio" name="anonymous" checked={chosen === value} onChange={() => draft.enter(value)} />
            <b>{t.choices[value].label}</b>
            <p>{t.choices[value].meaning}</p>
          </label>
        ))}
      </fieldset>
      {chosen === "none" && settings.anonymous !== "none" && cutOff > 0 && (
        <p role="status">
          <b>{t.cutOff(cutOff)}</b>
          {t.cutOffMeaning}
        </p>
      )}
      <ChangedMeanwhile draft={draft} now={t.choices[settings.anonymous].label} isSaving={change.isPending} />
      {change.error && <p role="alert">{explain(change.error)}</p>}
      {chosen !== settings.anonymous && (
        <div className={styles["buttons"]}>
          <button type="button" className="button" onClick={draft.discard}>
            {words.cancel}
          </button>
          <button
            type="button"
            className="button primary"
            disabled={change.isPending}
            onClick={() => change.mutate({ anonymous: chosen }, { onSuccess: draft.saved })}
          >
            {words.save}
          </button>
        </div>
      )}
    </section>
  );
}

function KeylessDevices() {
  const { data: devices } = useDevices();
  const [made, setMade] = useState<NewDeviceKey | null>(null);
  const keyless = devices?.filter(({ key }) => key === undefined);
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="keyless">
      <h2 id="keyless">{t.keyless}</h2>
      {keyless?.length === 0 && <p>{t.noneKeyless}</p>}
      <ul className={rows["rows"]}>
        {keyless?.map((device) => (
          <li key={device.id}>
            <div>
              <strong>
                <a href={LINKS.device(device.id)}>{nameAndId(device)}</a>
              </strong>
              <p>
                {t.lastSeen} <LastSeen device={device} />
              </p>
            </div>
            <GiveKey device={device.id} label={t.giveKey} onMade={setMade} />
          </li>
        ))}
      </ul>
      {made && <NewKey made={made} onClosed={() => setMade(null)} />}
    </section>
  );
}

function AllowedNetworks({ settings: { allow, setByFlag } }: { readonly settings: AccessSettings }) {
  const draft = useDraft(allow.join("\n"));
  const change = useSettingsChange();
  const isLocked = setByFlag.includes("allow");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const networks = draft.value.split(/[\s,]+/).filter((one) => one !== "");
    change.mutate({ allow: networks }, { onSuccess: draft.saved });
  };
  return (
    <form className={`panel ${styles["section"]}`} onSubmit={submit}>
      <label className={form["field"]}>
        {t.networks}
        <textarea
          value={draft.value}
          rows={3}
          placeholder="203.0.113.0/24"
          disabled={isLocked}
          aria-invalid={change.error !== null}
          onChange={({ target }) => draft.enter(target.value)}
        />
      </label>
      <ChangedMeanwhile draft={draft} now={allow.join(", ")} isSaving={change.isPending} />
      {isLocked && <p>{t.locked}</p>}
      {change.error && <p role="alert">{explain(change.error)}</p>}
      <div className={styles["buttons"]}>
        <button type="submit" className="button" disabled={isLocked || change.isPending}>
          {t.saveNetworks}
        </button>
      </div>
    </form>
  );
}
