// Connections that stay open in somebody's name: MQTT sessions, WebSockets, long-polls. What is revoked ends at once on them, too.
import type { Principal } from "./principal.ts";

export interface OpenConnection {
  readonly principal: Principal;
  /** Whether all that it has been granted may still be had; without it, what its principal may do is asked each time. */
  isAllowed?(): boolean;
  close(): void;
}

export class OpenConnections {
  readonly #open = new Set<OpenConnection>();

  /** Counts a connection until the answer is called. `close` is called at most once, when it may not go on. */
  add(connection: OpenConnection): () => void {
    this.#open.add(connection);
    return () => this.#open.delete(connection);
  }

  /** Ends those whose principal matches. */
  end(matches: (principal: Principal) => boolean): void {
    this.#close(({ principal }) => matches(principal));
  }

  /** What is allowed has changed: ends those that have something which they may have no more. */
  recheck(): void {
    this.#close((one) => one.isAllowed?.() === false);
  }

  #close(mustEnd: (connection: OpenConnection) => boolean): void {
    for (const connection of [...this.#open]) {
      if (!mustEnd(connection)) continue;
      this.#open.delete(connection);
      connection.close();
    }
  }
}
