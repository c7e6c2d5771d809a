// The options of every provider beside its secret.
import type { Clock } from "../../clock.ts";

export interface ProviderOptions {
  readonly clock: Clock;
  /** Instead of the provider's own address. */
  readonly baseUrl?: string;
}
