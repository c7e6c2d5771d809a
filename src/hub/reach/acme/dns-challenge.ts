// DNS-01: the answer is a TXT record, set at the DNS provider. It needs no open port.
import type { DnsProvider } from "../dns/dns-provider.ts";
import { type PropagationOptions, waitForTxt } from "../dns/propagation.ts";
import type { Challenge, ChallengeResponder } from "./challenges.ts";

type TxtProvider = Pick<DnsProvider, "setTxt" | "removeTxt">;

export class DnsChallenge implements ChallengeResponder {
  readonly type = "dns-01";
  readonly #provider: TxtProvider;
  readonly #propagation: PropagationOptions;
  readonly #onRemovalFailed: (error: unknown) => void;

  /** `onRemovalFailed` is called when a record could not be removed, which does no harm. */
  constructor(provider: TxtProvider, propagation: PropagationOptions, onRemovalFailed: (error: unknown) => void) {
    this.#provider = provider;
    this.#propagation = propagation;
    this.#onRemovalFailed = onRemovalFailed;
  }

  async respond({ name, keyAuthorization }: Challenge, signal: AbortSignal): Promise<() => Promise<void>> {
    const record = `_acme-challenge.${name}`;
    const removeRecord = () => this.#provider.removeTxt(record, keyAuthorization).catch(this.#onRemovalFailed);
    await this.#provider.setTxt(record, keyAuthorization);
    try {
      await waitForTxt(record, keyAuthorization, signal, this.#propagation);
    } catch (error) {
      await removeRecord();
      throw error;
    }
    return removeRecord;
  }
}
