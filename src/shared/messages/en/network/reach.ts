// Reaching the hub from outside: failures of issuing a certificate or updating DNS, and findings of the checks. `service` is the
// external service, such as acme-v02.api.letsencrypt.org or DuckDNS; `detail` and `answer` are its response, already shortened.

type Service = { readonly service: string };
type Name = { readonly name: string };
type Detail = { readonly detail: string };
type Answer = Service & { readonly answer: string };
type Field = { readonly field: string };
type FieldValue = Field & { readonly value: string };
type Program = { readonly program: string };
type Port = { readonly port: number };

/** Why there was no response. After "…: ". */
const FAULTS = {
  dns: "its name is not found by DNS. Is this computer connected to the internet?",
  refused: "it refuses connections.",
  silent: "nothing answers in time. Is this computer connected to the internet?",
  expired: "its certificate is expired by this computer’s clock. Is the clock right?",
  "not-yet-valid": "its certificate is not yet valid by this computer’s clock. Is the clock right?",
  untrusted: "its certificate is not signed by an authority that this computer trusts.",
  other: "the connection failed.",
};
export type NetworkFault = keyof typeof FAULTS;

const quoted = (detail: string) => (detail === "" ? "" : ` It says: “${detail}”`);
const utc = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace("T", " at ")} UTC`;
const days = (ms: number) => `${Math.round(Math.abs(ms) / 86_400_000)} days`;

export const reach = {
  "reach/unreachable": ({ service, fault }: Service & { readonly fault: NetworkFault }) =>
    `${service} cannot be asked: ${FAULTS[fault]}`,

  // Certificates.
  "reach/acme-rate-limited": ({ service, detail }: Service & Detail) =>
    `${service} issues no more certificates for this name for now.${quoted(detail)}`,
  "reach/acme-refused": ({ service, detail }: Service & Detail) =>
    `${service} does not issue the certificate.${quoted(detail)}`,
  "reach/acme-terms": ({ service, detail }: Service & Detail) =>
    `${service} wants its terms of service agreed to.${quoted(detail)}`,
  "reach/acme-no-answer": ({ service }: Service) => `${service} did not decide in time.`,
  "reach/acme-not-acme": ({ service }: Service) =>
    `${service} does not answer as an ACME directory. Is the URL of the directory right?`,
  "reach/acme-no-challenge": ({ service, challenge }: Service & { readonly challenge: string }) =>
    `${service} does not offer the challenge ${challenge}.`,
  "reach/acme-name-not-found": ({ service, name, detail }: Service & Name & Detail) =>
    `${service} found no address of ${name} by DNS. Point the name here, or use the challenge dns-01.${quoted(detail)}`,
  "reach/acme-record-not-found": ({ service, name, detail }: Service & Name & Detail) =>
    `${service} did not find the record _acme-challenge.${name} as it was set. Does the provider keep this name?${quoted(detail)}`,
  "reach/acme-not-reached": ({ service, name, port, detail }: Service & Name & Port & Detail) =>
    `${service} cannot reach ${name} on port ${port}. Point the name here and forward the port on the router, or use the challenge dns-01, which needs no open port.${quoted(detail)}`,
  "reach/acme-other-server": ({ service, name, port, detail }: Service & Name & Port & Detail) =>
    `${service} found another server than this hub at ${name} on port ${port}. Point the name here, and forward the port.${quoted(detail)}`,
  "reach/acme-certificate-unreadable": ({ service }: Service) =>
    `What ${service} issued is no certificate for this key.`,
  "reach/acme-clock": ({
    service,
    notBeforeMs,
    notAfterMs,
    nowMs,
  }: Service & {
    readonly notBeforeMs: number;
    readonly notAfterMs: number;
    readonly nowMs: number;
  }) =>
    nowMs < notBeforeMs
      ? `The certificate that ${service} issued is not yet valid by this computer’s clock, which says ${utc(nowMs)}: it begins on ${utc(notBeforeMs)}. Set the clock.`
      : `The certificate that ${service} issued just now is ${nowMs < notAfterMs ? "old" : "expired"} by this computer’s clock, which says ${utc(nowMs)}: it is good from ${utc(notBeforeMs)} to ${utc(notAfterMs)}. Set the clock.`,
  "reach/port-taken": ({ port }: Port) =>
    `Port ${port} is taken by another program, and the challenge needs it for a moment. Use the challenge dns-01, or end that program.`,
  "reach/port-privileged": ({ port }: Port) =>
    `Port ${port} is for root alone on this computer, and the challenge needs it. Use the challenge dns-01, or let the hub have the port (sysctl net.ipv4.ip_unprivileged_port_start=${port}).`,
  "reach/port-failed": ({ port, detail }: Port & Detail) => `Port ${port} cannot be used: ${detail}`,

  // Providers of names.
  "reach/provider-token": ({ service }: Service) =>
    `${service} does not accept the token. Make a new one there, and set it here.`,
  "reach/provider-login": ({ service }: Service) => `${service} does not accept the user name and password.`,
  "reach/provider-no-name": ({ service, name }: Service & Name) => `${service} does not keep ${name} in this account.`,
  "reach/provider-blocked": ({ service, answer }: Answer) =>
    `${service} does not take updates of this name any more. Its answer is “${answer}”.`,
  "reach/provider-busy": ({ service }: Service) => `${service} asks to be left alone for a while.`,
  "reach/provider-failed": ({ service, answer }: Answer) => `${service} failed.${quoted(answer)}`,
  "reach/provider-garbage": ({ service, answer }: Answer) =>
    `${service} answered what is no answer of such a service.${quoted(answer)}`,
  "reach/duckdns-refused": ({ name }: Name) =>
    `DuckDNS refused: either the token is wrong, or ${name} is not in this account.`,
  "reach/command-failed": ({ program, detail }: Program & Detail) => `The command ${program} failed. ${detail}`,
  "reach/command-slow": ({ program, seconds }: Program & { readonly seconds: number }) =>
    `The command ${program} took longer than ${seconds} seconds and was ended.`,
  "reach/command-missing": ({ program, folder }: Program & { readonly folder: string }) =>
    `There is no program ${program} in ${folder}, or this user may not run it.`,
  "reach/not-propagated": ({ name, seconds }: Name & { readonly seconds: number }) =>
    `The provider took the record ${name}, but the zone’s name servers do not show it after ${seconds} seconds.`,
  "reach/wan-unknown": () => "No service answered with this network’s address on the internet.",

  // What the checks found.
  "reach/name/none/title": () => "The hub has no public name",
  "reach/name/none/message": () =>
    "A certificate that every browser trusts is for a name. DuckDNS and deSEC give one for nothing; a domain of your own does as well.",
  "reach/name/fine/title": ({ name }: Name) => `The public name is ${name}`,
  "reach/name/fine/message": () => "Its certificate, and the address it points to, are looked at below.",
  "reach/wan/unknown/title": () => "This network’s address on the internet is not known",
  "reach/wan/unknown/message": () => "It is looked up once a name is set, or when it is asked for.",
  "reach/wan/failed/message": () => "None of the services that tell it has answered.",
  "reach/wan/shared/title": ({ ipv4 }: { readonly ipv4: string }) =>
    `The provider shares one address among its customers (${ipv4}): no port can be forwarded`,
  "reach/wan/shared/message": () =>
    "This is carrier-grade NAT, or a second router in front of yours. Nothing from outside gets in over IPv4, whatever the router is told.",
  "reach/wan/shared/remedy": () =>
    "Use Tailscale or WireGuard, a tunnel that carries WebSocket (MQTT runs through it at /mqtt), or IPv6; or ask the provider for an address of your own. A certificate by dns-01 works all the same.",
  "reach/wan/fine/title": ({ ipv4 }: { readonly ipv4: string }) => `This network’s address on the internet is ${ipv4}`,
  "reach/wan/fine/message": () =>
    "Seen from outside. If the router shows another address as its own, it is behind a second NAT, and forwarding does not work.",
  "reach/resolves/here/title": ({ name, addresses }: Name & { readonly addresses: string }) =>
    `${name} points here (${addresses})`,
  "reach/resolves/here/message": () => "DNS answers with an address of this network.",
  "reach/resolves/nowhere/title": ({ name }: Name) => `${name} is not found by DNS`,
  "reach/resolves/nowhere/message": () => "Nobody finds the hub by this name.",
  "reach/resolves/elsewhere/title": ({ name, addresses }: Name & { readonly addresses: string }) =>
    `${name} points elsewhere (${addresses})`,
  "reach/resolves/elsewhere/message": ({ here }: { readonly here: string }) =>
    `This network is at ${here}. That is right for a tunnel or a proxy, and wrong for a port that is forwarded.`,
  "reach/resolves/unknown/title": ({ name }: Name) => `Where ${name} points cannot be compared`,
  "reach/resolves/no-dns/message": () => "DNS does not answer.",
  "reach/resolves/remedy": () => "Turn on dynamic DNS here, or set the address at the provider of the name.",
  "reach/ipv6/global/title": ({ ipv6 }: { readonly ipv6: string }) =>
    `This computer has an IPv6 address of its own (${ipv6})`,
  "reach/ipv6/global/message": () =>
    "It is reached without NAT, once the router’s firewall lets the port in. Not every network outside has IPv6.",
  "reach/ipv6/none/title": () => "This computer has no IPv6 address that is reached from outside",
  "reach/ipv6/none/message": () => "That is no fault: IPv4 does, where a port can be forwarded.",
  "reach/keys/open/title": () => "Devices may send without a key",
  "reach/keys/open/message": () => "On the internet, everybody could send readings in any device’s name.",
  "reach/keys/open/remedy": () =>
    "Give each device a key, then make keys compulsory on the page Access (or start the hub with --anonymous none).",
  "reach/keys/fine/title": () => "Every device needs a key",
  "reach/keys/fine/message": () => "Nothing is taken, and nothing told, without one.",
  "reach/tls/off/title": () => "The hub does not speak TLS",
  "reach/tls/off/message": () => "Passwords, keys and readings would cross the internet for all to read.",
  "reach/tls/off/remedy": () =>
    "Turn TLS on under Access, Encryption (or start the hub with --https-port and --mqtts-port).",
  "reach/tls/untrusted/title": () => "The hub’s certificate is not one that every browser trusts",
  "reach/tls/untrusted/message": ({ untrusted }: { readonly untrusted: keyof typeof UNTRUSTED }) =>
    UNTRUSTED[untrusted],
  "reach/tls/untrusted/remedy": () => "Have one issued: by Let’s Encrypt with dns-01 no port has to be open.",
  "reach/tls/fine/title": () => "TLS is on, with a certificate that every browser trusts",
  "reach/tls/fine/message": ({ notAfterMs }: { readonly notAfterMs: number }) => `It is good until ${utc(notAfterMs)}.`,
  "reach/networks/closed/title": () => "The hub refuses addresses outside private networks",
  "reach/networks/closed/message": () => "Whoever comes through a forwarded port is turned away.",
  "reach/networks/closed/remedy": () =>
    "Let in 0.0.0.0/0 and ::/0 on the page Access (or with --allow); for Tailscale alone 100.64.0.0/10 and fd7a:115c:a1e0::/48 are enough.",
  "reach/networks/open/title": () => "The hub lets addresses from outside in",
  "reach/networks/open/message": () => "Who they are is asked of each.",
  "reach/certificate/failed/title": () => "No certificate could be issued",
  "reach/certificate/failed/message": ({ detail, retryAtMs }: Detail & { readonly retryAtMs: number | null }) =>
    `${detail}${retryAtMs === null ? "" : ` It is tried again on ${utc(retryAtMs)}.`}`,
  "reach/certificate/clock/title": ({ skewMs }: { readonly skewMs: number }) =>
    `This computer’s clock is ${days(skewMs)} ${skewMs > 0 ? "ahead" : "behind"}`,
  "reach/certificate/clock/message": ({ service }: Service) =>
    `Compared with the clock of ${service}. Certificates look “expired” or “not yet valid” by a wrong clock.`,
  "reach/certificate/clock/remedy": () => "Set the clock, or turn on its synchronisation (timedatectl set-ntp true).",
  "reach/ddns/failed/title": ({ name }: Name) => `${name} is not kept pointed here`,
  "reach/ddns/failed/message": ({ detail, retryAtMs }: Detail & { readonly retryAtMs: number | null }) =>
    `${detail}${retryAtMs === null ? " It is not tried again until the settings change." : ` It is tried again on ${utc(retryAtMs)}.`}`,

  // What a request to change it got wrong.
  "bad-request/reach-name": ({ field, value }: FieldValue) =>
    `“${field}” is “${value}”: use a public name with a dot, such as hub.example.org. Names under .local are for the local network.`,
  "bad-request/reach-url": ({ field, value }: FieldValue) => `“${field}” is “${value}”: use an https URL.`,
  "bad-request/reach-credentials": ({ field }: Field) => `“${field}” is missing: the provider needs it.`,
  "bad-request/reach-url-template": ({ field }: Field) =>
    `“${field}” has to be an https URL with {ipv4} or {ipv6} in it, and with nothing else in braces but {name}.`,
  "bad-request/reach-command": ({ field, folder }: Field & { readonly folder: string }) =>
    `“${field}” has to begin with the name of a program in ${folder}. Put it there by hand: nobody may choose programs of this computer from outside.`,
  "bad-request/reach-ca": ({ field }: Field) => `“${field}” is no certificate in PEM.`,
  "bad-request/reach-email": ({ field, value }: FieldValue) => `“${field}” is “${value}”: use an e-mail address.`,
  "bad-request/reach-terms": ({ field }: Field) =>
    `“${field}” is not true: the certificate authority issues nothing unless a person agreed to its terms.`,
  "bad-request/reach-needs-name": ({ field }: Field) => `“${field}” needs a public name: set “name”.`,
  "bad-request/reach-needs-provider": ({ field }: Field) =>
    `“${field}” needs a provider that sets records: DuckDNS, deSEC, Cloudflare or a command.`,
  "bad-request/reach-needs-ddns-provider": ({ field }: Field) => `“${field}” needs a provider: set “provider”.`,
  "bad-request/reach-acme-off": () => "No certificate can be issued: set a name, and turn “acme.on” on.",
  "certificate-limited": ({ untilMs }: { readonly untilMs: number }) =>
    `The certificate authority takes no more orders before ${utc(untilMs)}.`,
};

const UNTRUSTED = {
  none: "It has no certificate for its public name.",
  "other-name": "The certificate is for another name.",
  "not-yet-valid": "The certificate is not yet valid by this computer’s clock.",
  expired: "The certificate is expired by this computer’s clock.",
  authority:
    "The certificate is signed by an authority of your own, or a staging one: each client has to be told to trust it.",
};
