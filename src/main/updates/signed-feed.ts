// electron-updater's generic server, whose feed (latest-linux.yml …) has a signature beside it (….yml.sig, Ed25519, base64). The feed
// holds the installer's checksum, which electron-updater compares: what is signed is the installer, too.
// Invariant: a feed without a good signature is never read.
import { verify } from "node:crypto";
import type { AppUpdater, CancellationToken } from "electron-updater";
import { GenericProvider } from "electron-updater/out/providers/GenericProvider.js";
import type { ProviderRuntimeOptions } from "electron-updater/out/providers/Provider.js";

export class SignedFeed extends GenericProvider {
  readonly #publicKey: string;

  /** Uses the options `url` and `publicKey` (PEM), which electron-updater passes on. */
  constructor(options: Readonly<Record<string, unknown>>, updater: AppUpdater, runtimeOptions: ProviderRuntimeOptions) {
    super({ provider: "generic", url: String(options["url"]) }, updater, runtimeOptions);
    this.#publicKey = String(options["publicKey"]);
  }

  protected override async httpRequest(
    url: URL,
    headers?: Parameters<GenericProvider["setRequestHeaders"]>[0],
    token?: CancellationToken,
  ): Promise<string | null> {
    const feed = await super.httpRequest(url, headers, token);
    const signatureUrl = new URL(url);
    signatureUrl.pathname += ".sig";
    const signature = await super.httpRequest(signatureUrl, headers, token);
    if (feed === null || signature === null || !isSigned(feed, signature, this.#publicKey))
      throw new Error(`${url.href} has no signature of this app's makers`);
    return feed;
  }
}

/** `signature` is base64; `publicKey` is PEM. */
export function isSigned(feed: string, signature: string, publicKey: string): boolean {
  return verify(null, Buffer.from(feed), publicKey, Buffer.from(signature.trim(), "base64"));
}
