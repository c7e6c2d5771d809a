// Turns a credential into a principal, for HTTP, WebSocket and MQTT alike. A wrong or expired credential makes its sender
// anonymous; the permission of what it asks for decides whether that is enough.
import { assertNever } from "../../shared/errors.ts";
import { ANONYMOUS, type Principal } from "./principal.ts";
import type { Sessions } from "./sessions.ts";

export type Credential =
  /** A bearer token, or what the session cookie holds. */
  | { readonly kind: "token"; readonly text: string }
  /** Of an MQTT CONNECT. */
  | { readonly kind: "password"; readonly text: string }
  /** Opens one live connection. */
  | { readonly kind: "ticket"; readonly text: string };

/** `credential` is null where nothing was shown; `address` is a plain one, without zone or IPv6 wrapping. */
export type Authenticate = (credential: Credential | null, address: string) => Promise<Principal>;

export function makeAuthenticate(sessions: Sessions): Authenticate {
  return async (credential, address) => {
    if (credential === null) return ANONYMOUS;
    const { kind, text } = credential;
    switch (kind) {
      case "token":
        return sessions.shellOf(text, address) ?? (await sessions.personOf(text)) ?? ANONYMOUS;
      case "password":
        // Sessions are for browsers.
        return sessions.shellOf(text, address) ?? ANONYMOUS;
      case "ticket":
        return sessions.redeemTicket(text) ?? ANONYMOUS;
      default:
        return assertNever(kind);
    }
  };
}
