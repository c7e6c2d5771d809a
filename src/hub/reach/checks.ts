// The checks of reaching the hub from outside: each has a finding and a remedy. A finding of `wrong` keeps the hub from being
// called ready for the internet.

import type { Check, CheckState } from "../../shared/doctor.ts";
import type { reach } from "../../shared/messages/en/network/reach.ts";
import type { Language } from "../../shared/messages/language.ts";
import { type Message, message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";
import type { CertificateStatus, DdnsStatus } from "../../shared/security/reach.ts";
import type { Trust } from "./acme/trust.ts";
import { isPublicIPv4 } from "./ddns/addresses.ts";

export interface ReachFacts {
  /** Empty where there is none. */
  readonly name: string;
  readonly wan: { readonly ipv4: string | null; readonly isLookedUp: boolean };
  /** What DNS answers for the name; null where it does not answer at all. */
  readonly resolved: readonly string[] | null;
  /** Of this computer. */
  readonly ipv6: string | null;
  readonly areKeysCompulsory: boolean;
  readonly isTlsOn: boolean;
  readonly trust: Trust;
  readonly allowsOutside: boolean;
  readonly certificate: CertificateStatus;
  /** Host of the directory. */
  readonly directory: string;
  /** How far this computer's clock is ahead of the directory's. */
  readonly skewMs: number | null;
  readonly ddns: DdnsStatus;
}

type Text = Message<Extract<keyof typeof reach, `reach/${string}`>>;

interface Finding {
  readonly id: string;
  readonly state: CheckState;
  readonly title: Text;
  readonly text: Text;
  readonly remedy?: Text;
}

const MAX_SKEW_MS = 24 * 3_600_000;

export function reachChecks(facts: ReachFacts, language: Language): Check[] {
  return findings(facts).map(({ id, state, title, text, remedy }) => ({
    id,
    state,
    title: render(title, language),
    message: render(text, language),
    ...(remedy && { remedy: render(remedy, language) }),
  }));
}

function findings(facts: ReachFacts): Finding[] {
  return [
    checkName(facts),
    checkWan(facts),
    ...checkResolves(facts),
    checkIPv6(facts),
    checkKeys(facts),
    checkTls(facts),
    checkNetworks(facts),
    ...checkClock(facts),
    ...checkCertificate(facts),
    ...checkDdns(facts),
  ];
}

function checkOf(id: string, state: CheckState, title: Text, text: Text, remedy?: Text): Finding {
  return { id, state, title, text, ...(remedy && { remedy }) };
}

function checkName({ name }: ReachFacts): Finding {
  if (name === "")
    return checkOf("name", "wrong", message("reach/name/none/title"), message("reach/name/none/message"));
  return checkOf("name", "fine", message("reach/name/fine/title", { name }), message("reach/name/fine/message"));
}

function checkWan({ wan: { ipv4, isLookedUp } }: ReachFacts): Finding {
  if (ipv4 === null) {
    const why = isLookedUp ? message("reach/wan/failed/message") : message("reach/wan/unknown/message");
    return checkOf("wan", "hint", message("reach/wan/unknown/title"), why);
  }
  if (isPublicIPv4(ipv4))
    return checkOf("wan", "fine", message("reach/wan/fine/title", { ipv4 }), message("reach/wan/fine/message"));
  const title = message("reach/wan/shared/title", { ipv4 });
  return checkOf("wan", "hint", title, message("reach/wan/shared/message"), message("reach/wan/shared/remedy"));
}

function checkResolves({ name, resolved, wan, ipv6 }: ReachFacts): Finding[] {
  if (name === "") return [];
  const id = "resolves";
  if (resolved === null) {
    const title = message("reach/resolves/unknown/title", { name });
    return [checkOf(id, "hint", title, message("reach/resolves/no-dns/message"))];
  }
  const remedy = message("reach/resolves/remedy");
  if (resolved.length === 0) {
    const title = message("reach/resolves/nowhere/title", { name });
    return [checkOf(id, "wrong", title, message("reach/resolves/nowhere/message"), remedy)];
  }
  const addresses = resolved.join(", ");
  const here = [wan.ipv4, ipv6].filter((address) => address !== null);
  if (here.length === 0) {
    const title = message("reach/resolves/unknown/title", { name });
    return [checkOf(id, "hint", title, message("reach/wan/failed/message"))];
  }
  if (resolved.some((address) => here.includes(address))) {
    const title = message("reach/resolves/here/title", { name, addresses });
    return [checkOf(id, "fine", title, message("reach/resolves/here/message"))];
  }
  const title = message("reach/resolves/elsewhere/title", { name, addresses });
  return [checkOf(id, "hint", title, message("reach/resolves/elsewhere/message", { here: here.join(", ") }), remedy)];
}

function checkIPv6({ ipv6 }: ReachFacts): Finding {
  if (ipv6 === null)
    return checkOf("ipv6", "fine", message("reach/ipv6/none/title"), message("reach/ipv6/none/message"));
  return checkOf("ipv6", "fine", message("reach/ipv6/global/title", { ipv6 }), message("reach/ipv6/global/message"));
}

function checkKeys({ areKeysCompulsory }: ReachFacts): Finding {
  if (areKeysCompulsory)
    return checkOf("keys", "fine", message("reach/keys/fine/title"), message("reach/keys/fine/message"));
  const [title, text] = [message("reach/keys/open/title"), message("reach/keys/open/message")];
  return checkOf("keys", "wrong", title, text, message("reach/keys/open/remedy"));
}

function checkTls({ isTlsOn, trust }: ReachFacts): Finding {
  const id = "tls";
  if (!isTlsOn) {
    const [title, text] = [message("reach/tls/off/title"), message("reach/tls/off/message")];
    return checkOf(id, "wrong", title, text, message("reach/tls/off/remedy"));
  }
  if (trust.kind === "untrusted") {
    const text = message("reach/tls/untrusted/message", { untrusted: trust.why });
    return checkOf(id, "wrong", message("reach/tls/untrusted/title"), text, message("reach/tls/untrusted/remedy"));
  }
  const { notAfterMs } = trust;
  return checkOf(id, "fine", message("reach/tls/fine/title"), message("reach/tls/fine/message", { notAfterMs }));
}

function checkNetworks({ allowsOutside }: ReachFacts): Finding {
  const id = "networks";
  if (allowsOutside)
    return checkOf(id, "fine", message("reach/networks/open/title"), message("reach/networks/open/message"));
  const [title, text] = [message("reach/networks/closed/title"), message("reach/networks/closed/message")];
  return checkOf(id, "hint", title, text, message("reach/networks/closed/remedy"));
}

function checkClock({ skewMs, directory: service }: ReachFacts): Finding[] {
  if (skewMs === null || Math.abs(skewMs) < MAX_SKEW_MS) return [];
  const title = message("reach/certificate/clock/title", { skewMs });
  const text = message("reach/certificate/clock/message", { service });
  return [checkOf("clock", "wrong", title, text, message("reach/certificate/clock/remedy"))];
}

function checkCertificate({ certificate: { problem, retryAtMs } }: ReachFacts): Finding[] {
  if (problem === undefined) return [];
  const title = message("reach/certificate/failed/title");
  return [
    checkOf(
      "certificate",
      "hint",
      title,
      message("reach/certificate/failed/message", { detail: problem, retryAtMs: retryAtMs ?? null }),
    ),
  ];
}

function checkDdns({ name, ddns: { problem, retryAtMs } }: ReachFacts): Finding[] {
  if (problem === undefined) return [];
  const title = message("reach/ddns/failed/title", { name });
  return [
    checkOf(
      "ddns",
      "hint",
      title,
      message("reach/ddns/failed/message", { detail: problem, retryAtMs: retryAtMs ?? null }),
    ),
  ];
}
