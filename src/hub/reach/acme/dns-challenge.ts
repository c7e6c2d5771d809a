// DNS-01: the answer is a TXT record, set at the DNS provider. It needs no open port.
import type { DnsProvider } from "../dns/dns-provider.ts";
import { type PropagationOptions, waitForTxt } from "../dns/propagation.ts";
import type { Challenge, ChallengeResponder } from "./challenges.ts";

type TxtProvider = Pick<DnsProvider, "setTxt" | "removeTxt">;

export class DnsChallenge implements ChallengeResponder {
  readonly type = "dns-01";
  readonly #provider: TxtProvider;
  readonly #propagation: PropagationOptions;
  readonly #onLeftBehind: (error: unknown) => void;

  /** `onLeftBehind` is called when a record could not be removed, which does no harm. */
  constructor(provider: TxtProvider, propagation: PropagationOptions, onLeftBehind: (error: unknown) => void) {
    this.#provider = provider;
    this.#propagation = propagation;
    this.#onLeftBehind = onLeftBehind;
  }

  async respond({ name, keyAuthorization }: Challenge, signal: AbortSignal): Promise<() => Promise<void>> {
    const record = `_acme-challenge.${name}`;
    const takeAway = () => this.#provider.removeTxt(record, keyAuthorization).catch(this.#onLeftBehind);
    await this.#provider.setTxt(record, keyAuthorization);
    try {
      await waitForTxt(record, keyAuthorization, signal, this.#propagation);
    } catch (error) {
      await takeAway();
      throw error;
    }
    return takeAway;
  }
}
