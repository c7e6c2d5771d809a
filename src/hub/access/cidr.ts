// Networks as people write them: 203.0.113.0/24, 2001:db8::/32, or one address.
import { isIP } from "node:net";

const PREFIX_BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** With its prefix length, as `BlockList` takes it apart; null where it is none. */
export function parseCidr(text: string): string | null {
  const [address = "", prefix = "", ...rest] = text.split("/");
  const most = PREFIX_BITS[isIP(address)];
  if (most === undefined || rest.length > 0) return null;
  if (!text.includes("/")) return `${address}/${most}`;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= most ? text : null;
}
