// Signs in with a link, which is one's own or shares a device, or with a name and a password; signs out. A link's secret is in
// the fragment, which no server log sees.
import type { SessionAnswer } from "../../shared/security/access.ts";
import { ApiFailure, apiUrl, explain, post, remove } from "./client.ts";

const GUEST_KEY = "guest";
const TOO_MANY_REQUESTS = 429;
/** The fragment of a link that signs in. */
export const LINK = /^#\/?\??(link|share)=(.+)$/;

/** What became of the link in the address; null where there was none, or it was taken. */
export type FailedLink =
  | { readonly kind: "refused"; readonly what: "link" | "share" }
  /** The hub was unreachable or accepts no attempts now: the link may still work. */
  | { readonly kind: "untried"; readonly reason: string; readonly tryAgain: () => void }
  | null;

/** Exchanges the secret in the page's address, if there is one, for a session. Calls `onTry` before it asks the hub. */
export async function signInFromAddress(onTry: () => void): Promise<FailedLink> {
  const { hash } = location;
  const [, kind, secret] = LINK.exec(hash) ?? [];
  if (kind === undefined || secret === undefined) return null;
  history.replaceState(null, "", "#/");
  onTry();
  try {
    await post(apiUrl("session"), { [kind]: decodeURIComponent(secret) });
    setGuestsTab(kind === "share");
    return null;
  } catch (cause) {
    if (isRefusal(cause)) return { kind: "refused", what: kind === "share" ? "share" : "link" };
    const reason = explain(cause instanceof Error ? cause : new Error(String(cause)));
    // `reloadOnPastedLink` handles it.
    const tryAgain = () => {
      location.hash = hash;
    };
    return { kind: "untried", reason, tryAgain };
  }
}

/** The link itself is at fault. */
function isRefusal(cause: unknown): boolean {
  if (cause instanceof URIError) return true;
  return cause instanceof ApiFailure && cause.status < 500 && cause.status !== TOO_MANY_REQUESTS;
}

/** Pasting a link into this tab changes the fragment alone, which loads nothing, so reload to sign in. */
export function reloadOnPastedLink(): void {
  window.addEventListener("hashchange", () => {
    if (LINK.test(location.hash)) location.reload();
  });
}

export async function signIn(username: string, password: string): Promise<SessionAnswer> {
  const answer = await post<SessionAnswer>(apiUrl("session"), { username, password });
  setGuestsTab(false);
  return answer;
}

/** The share link of a tab whose session has ended: a guest has no password to sign in with. */
export function endedShare(): FailedLink {
  try {
    return sessionStorage.getItem(GUEST_KEY) === null ? null : { kind: "refused", what: "share" };
  } catch {
    return null;
  }
}

/** Without session storage a guest gets the usual sign-in form. */
function setGuestsTab(isGuests: boolean): void {
  try {
    if (isGuests) sessionStorage.setItem(GUEST_KEY, "1");
    else sessionStorage.removeItem(GUEST_KEY);
  } catch {
    return;
  }
}

/** Loads the page anew, so that nothing which was shown stays in memory. */
export async function signOut(): Promise<void> {
  await remove(apiUrl("session"));
  location.hash = "#/";
  location.reload();
}
