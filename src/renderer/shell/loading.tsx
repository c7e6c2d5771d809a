// What stands in the place of a page until it is loaded.
import { text } from "../i18n/text.ts";

export function Loading() {
  return <div className="skeleton loading" role="status" aria-label={text.shell.loading} />;
}
