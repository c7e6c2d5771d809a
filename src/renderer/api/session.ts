// Signs in with a link, which is one's own or shares a device, or with a name and a password; signs out. A link's secret is in
// the fragment, which no server log sees.
import type { SessionAnswer } from "../../shared/security/access.ts";
import { ApiFailure, apiUrl, post, remove } from "./client.ts";

const LINK = /^#\/?\??(link|share)=(.+)$/;

/** The link in the address that the hub refused; null where there was none, or it was taken. */
export type RefusedLink = "link" | "share" | null;

/** Exchanges the secret in the page's address, if there is one, for a session. */
export async function signInFromAddress(): Promise<RefusedLink> {
  const [, kind, secret] = LINK.exec(location.hash) ?? [];
  if (kind === undefined || secret === undefined) return null;
  history.replaceState(null, "", "#/");
  try {
    await post(apiUrl("session"), { [kind]: decodeURIComponent(secret) });
    return null;
  } catch (error) {
    if (error instanceof ApiFailure || error instanceof URIError) return kind === "share" ? "share" : "link";
    throw error;
  }
}

/** Pasting a link into this tab changes the fragment alone, which loads nothing, so reload to sign in. */
export function reloadOnPastedLink(): void {
  window.addEventListener("hashchange", () => {
    if (LINK.test(location.hash)) location.reload();
  });
}

export function signIn(username: string, password: string): Promise<SessionAnswer> {
  return post(apiUrl("session"), { username, password });
}

/** Loads the page anew, so that nothing which was shown stays in memory. */
export async function signOut(): Promise<void> {
  await remove(apiUrl("session"));
  location.hash = "#/";
  location.reload();
}
