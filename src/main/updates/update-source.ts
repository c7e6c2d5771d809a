// The source of updates: the user's setting, else that of the package.
// Invariant: without an address nothing is requested; an unsigned version is only accepted over HTTPS or from this computer.
import { readFileSync } from "node:fs";
import { isLoopbackHost } from "../../shared/loopback.ts";

/** In the package's resources, as update.json. */
export interface UpdateSource {
  /** Of a folder on a web server; empty: none. */
  readonly address: string;
  /** PEM of an Ed25519 key; if set, unsigned updates are refused. */
  readonly publicKey: string | null;
}

const NONE: UpdateSource = { address: "", publicKey: null };

/** Of a package; a checkout has none. */
export function readUpdateSource(file: string): UpdateSource {
  try {
    const read: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof read !== "object" || read === null) return NONE;
    const address: unknown = Reflect.get(read, "address");
    const publicKey: unknown = Reflect.get(read, "publicKey");
    return {
      address: typeof address === "string" ? address : "",
      publicKey: typeof publicKey === "string" ? publicKey : null,
    };
  } catch {
    return NONE;
  }
}

/** Whether versions may be had from there. */
export function isGoodAddress({ address, publicKey }: UpdateSource): boolean {
  try {
    const { protocol, hostname } = new URL(address);
    return protocol === "https:" || (protocol === "http:" && (publicKey !== null || isLoopbackHost(hostname)));
  } catch {
    return false;
  }
}
