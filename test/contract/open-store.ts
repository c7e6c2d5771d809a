// A store under the contract, as an adapter's own tests open it.
import type { Store } from "../../src/hub/store/store.ts";

/** An empty store that is started. Disposing of it stops it and removes what it kept. */
export interface OpenStore extends AsyncDisposable {
  readonly store: Store;
  /** Stops it, and starts another one on what it kept; `store` is that one from then on. */
  reopen(): Promise<void>;
}
