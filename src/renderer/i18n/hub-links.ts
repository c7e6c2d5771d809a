// The address of the hub's page as other machines open it. The desktop app's own has no meaning elsewhere.

/** `http://ADDRESS:PORT/#link=SECRET`; `address` is plain, IPv6 without brackets. */
export function hubLink(address: string, port: number, kind: "link" | "share", secret: string): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return `http://${host}:${port}/#${kind}=${secret}`;
}
