// The agent's installer and programs for a Pi, with the hub's address, its authority, and the device's key where one is made.
import { useEffect, useRef, useState } from "react";
import type { HubInfo } from "../../../shared/api.ts";
import type { Device } from "../../../shared/device.ts";
import type { NewDeviceKey } from "../../../shared/security/access.ts";
import type { TlsStatus } from "../../../shared/security/tls.ts";
import { useTls } from "../../api/access.ts";
import { useMay } from "../../api/me.ts";
import { useInstaller } from "../../api/queries.ts";
import { useReady } from "../../api/use-ready.ts";
import { chosenHost, HubAddress } from "../../device/hub-address.tsx";
import { pageText } from "../../i18n/page-text.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { Copyable } from "../../ui/copyable.tsx";
import styles from "./add-device.module.css";
import { DeviceKeyForm } from "./device-key-form.tsx";
import { Snippet } from "./snippet.tsx";
import {
  agentSnippet,
  authoritySnippet,
  checkedInstallSnippet,
  curlSnippet,
  EXAMPLE_SENDER,
  httpSnippet,
  installSnippet,
  mosquittoSnippet,
  mqttSnippet,
  wayTo,
} from "./snippets.ts";

const words = pageText.addDevice;

export type ProgramsPart = "agent" | "programs";

interface Props {
  readonly hub: HubInfo;
  readonly known: readonly Device[];
  /** What the person asked to see. */
  readonly wanted: { readonly part: ProgramsPart } | undefined;
}

export function Programs({ hub, known, wanted }: Props) {
  const [chosen, setChosen] = useState<string>();
  const [made, setMade] = useState<NewDeviceKey>();
  const mayMakeKeys = useMay("admin");
  const encryption = useTls();
  const { data: tls } = encryption;
  const host = chosenHost(hub, chosen);
  const sender = made ?? EXAMPLE_SENDER;
  const way = wayTo(host, hub, tls);
  const installer = useInstaller(installerHost(host, hub, tls));
  // Together, so that nothing moves.
  const isPending = encryption.isPending || (installer.isPending && chosen === undefined);
  const parts = useWantedPart(isPending ? undefined : wanted);
  // Without the TLS state a hub with TLS would seem to have none.
  if (encryption.isLoadingError) return <Failure title={words.hubUnknown} of={encryption} />;
  if (isPending) return <div className="skeleton loading" aria-hidden="true" />;
  return (
    <>
      <p className={styles["address"]}>
        <HubAddress label={words.address} hub={hub} chosen={chosen} onChosen={setChosen} />
        {hub.mdnsName && <span className="note">{words.nameHint(hub.mdnsName)}</span>}
      </p>
      <div ref={parts.agent} tabIndex={-1} className={styles["snippets"]}>
        <AgentInstaller address={installerHost(host, hub, tls)} fingerprint={tls?.authority?.fingerprint} />
        {mayMakeKeys && <DeviceKeyForm known={known} made={made} onMade={setMade} />}
      </div>
      <div ref={parts.programs} tabIndex={-1} className={styles["snippets"]}>
        {made && <Snippet title={words.agentSettings} code={agentSnippet(made)} />}
        <Authority address={installerHost(host, hub, tls)} isNeeded={way.trust === "own-authority"} />
        <Snippet title={words.mqtt} code={mqttSnippet(way, sender)}>
          {way.trust === "system" && tls?.certificate?.isPublic !== true && (
            <p className="note">{words.ownAuthority}</p>
          )}
        </Snippet>
        <Snippet title={words.http} code={httpSnippet(way, sender)} />
        <Snippet title={words.mosquitto} code={mosquittoSnippet(way, sender)} />
        <Snippet title={words.curl} code={curlSnippet(way, sender)} />
      </div>
    </>
  );
}

/** Leads to what is wanted once the page is shown: what is hidden takes no focus. */
function useWantedPart(wanted: Props["wanted"]) {
  const agent = useRef<HTMLDivElement>(null);
  const programs = useRef<HTMLDivElement>(null);
  const isReady = useReady();
  useEffect(() => {
    if (!isReady || wanted === undefined) return;
    const { current: element } = wanted.part === "agent" ? agent : programs;
    element?.scrollIntoView({ block: "start" });
    element?.focus({ preventScroll: true });
  }, [isReady, wanted]);
  return { agent, programs };
}

/** The installer is made for addresses and names of the hub alone; a proxy in front of it may have another. */
function installerHost(host: string, hub: HubInfo, tls: TlsStatus | undefined): string {
  const own = [...hub.addresses, hub.mdnsName, ...(tls?.certificate?.names ?? [])];
  return own.includes(host) ? host : (hub.addresses[0] ?? "127.0.0.1");
}

interface InstallerProps {
  readonly address: string;
  readonly fingerprint: string | undefined;
}

/** The checksum pins the script, so that what runs is what was reviewed. */
function AgentInstaller({ address, fingerprint }: InstallerProps) {
  const asked = useInstaller(address);
  const { data: installer } = asked;
  if (asked.isLoadingError) return <Failure title={words.agentUnknown} of={asked} />;
  if (installer === undefined) return null;
  const isPinned = installer.authority !== undefined;
  return (
    <div className={styles["quick"]}>
      <Snippet title={isPinned ? words.agent : words.agentInOneLine} code={installSnippet(installer)}>
        <p className="note">{words.agentHint}</p>
        {isPinned && fingerprint !== undefined && (
          <p className={`note ${styles["fingerprint"]}`}>
            {words.agentTrust} <code>{fingerprint}</code>
          </p>
        )}
        <details className={styles["checked"]}>
          <summary>{words.checkFirst}</summary>
          <Copyable code={checkedInstallSnippet(installer)} label={words.checkFirst} />
          <p className="note">{words.hubId(installer.hubId)}</p>
        </details>
      </Snippet>
    </div>
  );
}

/** What the programs below go by; the agent's installer does it itself. */
function Authority({ address, isNeeded }: { readonly address: string; readonly isNeeded: boolean }) {
  const { data: installer } = useInstaller(address);
  if (!isNeeded || installer?.authority === undefined) return null;
  return (
    <div className={styles["quick"]}>
      <Snippet title={words.authority} code={authoritySnippet(installer.authority)}>
        <p className="note">{words.authorityHint}</p>
      </Snippet>
    </div>
  );
}
