// Signs in with the link that `bramble serve` prints: its secret travels in the fragment and is never kept.
import { ApiFailure, apiUrl, post } from "./client.ts";

const LINK = /^#\/?\??link=(.+)$/;

/** Spends the secret of the page's address, if there is one; false when the hub refused it. */
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

/** A link pasted into this very tab changes only the fragment, which loads nothing by itself. */
export function reloadOnPastedLink(): void {
  window.addEventListener("hashchange", () => {
    if (LINK.test(location.hash)) location.reload();
  });
}
