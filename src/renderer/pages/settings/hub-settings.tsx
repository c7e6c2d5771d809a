// The hub's name, where it is, a code that opens it on a phone, and how Pis find it.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { explain } from "../../api/client.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { makeSignInLink, useHubSettings, useSettingsChange } from "../../api/hub-settings.ts";
import { useHub } from "../../api/queries.ts";
import { chosenHost, HubAddress } from "../../device/hub-address.tsx";
import { hubHosts, hubLink, hubUrl } from "../../i18n/hub-links.ts";
import { settingsText as text } from "../../i18n/settings/text.ts";
import { formatMinute } from "../../i18n/times.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { Copyable } from "../../ui/copyable.tsx";
import { QrCodeImage } from "../../ui/qr-code.tsx";
import { Setting, Switch } from "./setting.tsx";
import styles from "./settings-page.module.css";
import { TextSetting } from "./text-setting.tsx";

export function HubSettings() {
  const settings = useHubSettings();
  const status = useHub();
  const { data: hub } = status;
  const change = useSettingsChange();
  const { data } = settings;
  if (settings.isLoadingError) return <Failure title={text.loadFailed} of={settings} />;
  if (status.isLoadingError) return <Failure title={text.loadFailed} of={status} />;
  if (data === undefined || hub === undefined) return <div className="skeleton" aria-hidden="true" />;
  const isNamed = data.name !== data.computerName;
  const asked = change.isPending ? change.variables : undefined;
  /** The error is shown beside the changed setting. */
  const problemOf = (field: "name" | "advertise" | "mdnsLabel") =>
    change.error !== null && change.variables?.[field] !== undefined ? explain(change.error) : undefined;
  return (
    <>
      <Setting id="name" title={text.name} hint={text.nameHint(data.computerName)} problem={problemOf("name")}>
        <TextSetting
          label={text.name}
          value={isNamed ? data.name : ""}
          placeholder={data.computerName}
          isPending={change.isPending}
          onSave={(name, onSuccess) => change.mutate({ name: name.trim() || null }, { onSuccess })}
        />
      </Setting>
      <Setting id="addresses" title={text.addresses} hint={text.addressesHint}>
        <ul className={styles["list"]}>
          {hubHosts(hub).map((host) => (
            <li key={host}>
              <code>{hubUrl(host, hub)}</code>
            </li>
          ))}
        </ul>
      </Setting>
      <Setting id="phone" title={text.phone} hint={text.phoneHint} isWide>
        <PhoneLink />
      </Setting>
      <Setting
        id="advertise"
        title={text.advertise}
        hint={data.isAdvertiseFixed ? text.advertiseFixed : text.advertiseHint}
        problem={problemOf("advertise")}
      >
        <Switch
          label={text.advertise}
          isOn={asked?.advertise ?? data.advertise}
          isDisabled={data.isAdvertiseFixed}
          onChange={(advertise) => change.mutate({ advertise })}
        />
      </Setting>
      <Setting
        id="mdnsLabel"
        title={text.mdnsLabel}
        hint={text.mdnsHint(data.mdnsName)}
        problem={problemOf("mdnsLabel")}
      >
        <TextSetting
          label={text.mdnsLabel}
          value={data.mdnsLabel}
          suffix=".local"
          pattern="[a-z0-9]([a-z0-9\-]{0,40}[a-z0-9])?"
          patternHint={text.mdnsProblem}
          isDisabled={!data.advertise}
          isPending={change.isPending}
          onSave={(label, onSuccess) => change.mutate({ mdnsLabel: label || null }, { onSuccess })}
        />
      </Setting>
      <Setting id="ports" title={text.ports} hint={text.portsHint}>
        {text.portsNow(hub.mqttPort, hub.httpPort)}
      </Setting>
    </>
  );
}

function PhoneLink() {
  const { data: hub } = useHub();
  const [host, setHost] = useState<string>();
  const nowMs = useNow(1_000);
  const link = useMutation({ mutationFn: makeSignInLink, gcTime: 0 });
  if (hub === undefined) return null;
  const isOver = link.data !== undefined && link.data.expiresMs <= nowMs;
  const url = link.data && !isOver ? hubLink(chosenHost(hub, host), hub, "link", link.data.secret) : undefined;
  return (
    <>
      <button type="button" className="button" disabled={link.isPending} onClick={() => link.mutate()}>
        {text.makeLink}
      </button>
      {link.error && <p role="alert">{explain(link.error)}</p>}
      {isOver && <p role="status">{text.linkOver}</p>}
      {url !== undefined && link.data !== undefined && (
        <div className={styles["list"]}>
          <p>{text.linkUntil(formatMinute(link.data.expiresMs))}</p>
          <HubAddress label={text.linkFor} hub={hub} chosen={host} onChosen={setHost} />
          <QrCodeImage text={url} label={text.linkLabel} />
          <div>
            <Copyable code={url} label={text.link} />
          </div>
        </div>
      )}
    </>
  );
}
