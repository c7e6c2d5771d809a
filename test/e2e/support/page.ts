// The sign-in link that the hub printed, which a test opens as a person does.
import type { TestHub } from "../../support/hub.ts";

export function linkOf(hub: TestHub): string {
  const link = /http:\/\/127\.0\.0\.1:\d+\/#link=\S+/.exec(hub.output)?.[0];
  if (link === undefined) throw new Error(`the hub printed no link: ${hub.output}`);
  return link;
}
