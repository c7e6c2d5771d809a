// Reaching the hub from outside: what is in the way, and the public name.

export const outside = {
  notChecked: "The checks could not be made.",
  checking: "Checking…",
  ready: "The hub may face the internet",
  notReady: "Not ready for the internet",
  whatToDo:
    "What is in the way is below, and what to do about it. At home nothing of this is needed, and with Tailscale or WireGuard on both ends no port has to be opened.",
  checked: "What was checked",
  forward: (from: number, to: number, protocol: string) => `port ${from} to port ${to} of this computer (${protocol})`,
  forwards: (all: readonly string[]) =>
    `On the router forward ${all.join(", and ")}. Never forward the ports without TLS.`,
  publicName: "The public name",
  name: "Name",
  provider: "Who keeps its records",
  providers: { none: "None", duckdns: "DuckDNS", desec: "deSEC", cloudflare: "Cloudflare" },
  byApi: (kind: string) => `As set through the API (${kind})`,
  token: "Token of the provider",
  tokenInUse: "The one in use",
  keepPointed: "Keep the name pointed at this network (dynamic DNS)",
  getCertificate: "Get a certificate for it from Let’s Encrypt, and renew it",
  proof: "How it is proven that the name is yours",
  challenges: {
    "dns-01": "A DNS record, set through the provider (no open port)",
    "http-01": "An answer on port 80",
    "tls-alpn-01": "An answer on port 443",
  },
  agree: "I agree to the terms of service of Let’s Encrypt",
  issuing: "A certificate is being issued…",
  validUntil: (date: string) => `The certificate is valid until ${date}. Turn it on under “Encryption”.`,
};
