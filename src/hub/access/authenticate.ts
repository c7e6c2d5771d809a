// Authenticates a credential: makes a principal of it, for HTTP, WebSocket and MQTT alike. What the principal may do is authorised
// elsewhere.
import { assertNever } from "../../shared/errors.ts";
import { parseDeviceId } from "../../shared/ids.ts";
import type { ApiKeys } from "./accounts/api-keys.ts";
import type { DeviceKeys } from "./accounts/device-keys.ts";
import type { OneTimeSecrets } from "./accounts/one-time-secrets.ts";
import type { Sessions } from "./accounts/sessions.ts";
import { isLoopback } from "./networks.ts";
import { ANONYMOUS, type Principal } from "./principal.ts";
import { digestOf, hashOf, isKeyShaped, isSameSecret } from "./secrets.ts";

export type Credential =
  /** A bearer token, an API key, or the token of the session cookie. */
  | { readonly kind: "token"; readonly text: string }
  /** Of an MQTT CONNECT. */
  | { readonly kind: "password"; readonly username: string; readonly text: string }
  /** Opens one live connection. */
  | { readonly kind: "ticket"; readonly text: string };

interface Authenticated {
  readonly principal: Principal;
  /** The credential looks like one of this hub and is none: a guess, or a revoked one. */
  readonly isWrong: boolean;
}

/** `credential` is null where there is none; `address` is a plain one, without zone or IPv6 wrapping. */
export type Authenticate = (credential: Credential | null, address: string) => Promise<Authenticated>;

export interface AuthenticateOptions {
  /** This run's administrator token, good from loopback alone. */
  readonly token: string;
  readonly sessions: Pick<Sessions, "find">;
  readonly deviceKeys: Pick<DeviceKeys, "use" | "isFormer" | "isLocked">;
  readonly apiKeys: Pick<ApiKeys, "use">;
  readonly tickets: Pick<OneTimeSecrets<Principal>, "redeem">;
}

const NOBODY: Authenticated = { principal: ANONYMOUS, isWrong: false };
const WRONG: Authenticated = { principal: ANONYMOUS, isWrong: true };
/** Three parts of base64url: a signed token. */
const SIGNED_TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** The one function that HTTP, WebSocket and MQTT authenticate with. */
export function makeAuthenticate(options: AuthenticateOptions): Authenticate {
  const { token, sessions, tickets } = options;
  return async (credential, address) => {
    if (credential === null) return NOBODY;
    const { kind, text } = credential;
    switch (kind) {
      case "token":
        if (isShell(token, text, address)) return { principal: { kind: "shell", role: "admin" }, isWrong: false };
        if (!SIGNED_TOKEN.test(text)) return byKey(options, text, null);
        return bySession(await sessions.find(text, address));
      case "password":
        if (isShell(token, text, address)) return { principal: { kind: "shell", role: "admin" }, isWrong: false };
        return byPassword(options, credential.username, text);
      case "ticket": {
        const principal = tickets.redeem(text);
        return principal === null ? NOBODY : { principal, isWrong: false };
      }
      default:
        return assertNever(kind);
    }
  };
}

function isShell(token: string, text: string, address: string): boolean {
  // The cheap check comes first: other credentials have another length.
  return isSameSecret(text, token) && isLoopback(address);
}

function bySession(found: Awaited<ReturnType<Sessions["find"]>>): Authenticated {
  if (found === "expired") return NOBODY;
  return found === "forged" ? WRONG : { principal: found, isWrong: false };
}

/** `username` is null where the protocol has none: the key identifies the device or program. */
function byKey({ apiKeys, deviceKeys }: AuthenticateOptions, text: string, username: string | null): Authenticated {
  const named = username === null ? null : (parseDeviceId(username) ?? null);
  // Too short for a key, such as the placeholder of an example.
  if (!isKeyShaped(text)) return named !== null && deviceKeys.isLocked(named) ? WRONG : NOBODY;
  const hash = hashOf(text);
  const apiKey = apiKeys.use({ hash });
  if (apiKey !== undefined) {
    const { id, name, role, rooms } = apiKey;
    return { principal: { kind: "api-key", id, name, role, ...(rooms && { rooms }) }, isWrong: false };
  }
  const device = deviceKeys.use({ hash });
  if (device !== undefined) {
    const isItself = named === null || named === device;
    return isItself ? { principal: { kind: "device", device }, isWrong: false } : WRONG;
  }
  if (deviceKeys.isFormer({ hash }) || (named !== null && deviceKeys.isLocked(named))) return WRONG;
  return { principal: { kind: "unproven", digest: digestOf(text), device: named }, isWrong: false };
}

/** The user name of MQTT is the device's id, or any with a program's key. */
function byPassword(options: AuthenticateOptions, username: string, text: string): Authenticated {
  const found = byKey(options, text, username);
  // Without a device's id, what is no key of this hub is the password of some other broker.
  const isElsewhere = found.principal.kind === "unproven" && found.principal.device === null;
  return isElsewhere ? NOBODY : found;
}
