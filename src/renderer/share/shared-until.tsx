// Until when a page is shared, for one who has opened a link to it.
import { MINUTE_MS } from "../../shared/time.ts";
import { useMe } from "../api/me.ts";
import { pageText } from "../i18n/page-text.ts";
import { formatInstant } from "../i18n/times.ts";

/** `before` is the separator in front of it. */
export function SharedUntil({ before = "" }: { readonly before?: string }) {
  const { data: me } = useMe();
  return me?.expiresMs === undefined
    ? null
    : before + pageText.share.sharedUntil(formatInstant(me.expiresMs, MINUTE_MS));
}
