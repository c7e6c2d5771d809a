// Signs in with the link that `bramble serve` prints. Its secret is in the fragment, which no server log sees.
import { ApiFailure, apiUrl, post } from "./client.ts";

const LINK = /^#\/?\??link=(.+)$/;

/** Exchanges the secret in the page's address, if there is one, for a session; false when the hub refused it. */
export async function signInFromAddress(): Promise<boolean> {
  const secret = LINK.exec(location.hash)?.[1];
  if (secret === undefined) return true;
  history.replaceState(null, "", "#/");
  try {
    await post(apiUrl("session"), { link: decodeURIComponent(secret) });
    return true;
  } catch (error) {
    if (error instanceof ApiFailure) return false;
    throw error;
  }
}

/** Pasting a link into this tab changes the fragment alone, which loads nothing, so reload to sign in. */
export function reloadOnPastedLink(): void {
  window.addEventListener("hashchange", () => {
    if (LINK.test(location.hash)) location.reload();
  });
}
