// Connections that stay open for a principal: MQTT sessions, WebSockets, long-polls. A right that is revoked ends them at once.
import type { Principal } from "./principal.ts";

export interface OpenConnection {
  readonly principal: Principal;
  /** Whether everything that it was granted is still allowed; absent where rights are checked with each message. */
  isAllowed?(): boolean;
  /** `isRevoked`: its principal has lost all rights, not some of them. */
  close(isRevoked: boolean): void;
}

export class OpenConnections {
  readonly #open = new Set<OpenConnection>();

  /** Tracks a connection until the returned function is called. `close` is called at most once, when its rights end. */
  add(connection: OpenConnection): () => void {
    this.#open.add(connection);
    return () => this.#open.delete(connection);
  }

  /** Ends those whose principal matches. */
  end(matches: (principal: Principal) => boolean): void {
    this.#close(({ principal }) => matches(principal), true);
  }

  /** Permissions have changed: ends the connections that were granted something which is no longer allowed. */
  recheck(): void {
    this.#close((one) => one.isAllowed?.() === false, false);
  }

  #close(mustEnd: (connection: OpenConnection) => boolean, isRevoked: boolean): void {
    for (const connection of [...this.#open]) {
      if (!mustEnd(connection)) continue;
      this.#open.delete(connection);
      connection.close(isRevoked);
    }
  }
}
