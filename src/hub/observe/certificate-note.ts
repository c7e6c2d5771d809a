// What people have to be told of the hub's certificate in time. Open to all, as /healthz is: no path is in it.

import type { tls } from "../../shared/messages/en/network/tls.ts";
import { type Message, message } from "../../shared/messages/message.ts";
import type { TlsStatus } from "../../shared/security/tls.ts";

const WARN_BEFORE_MS = 14 * 24 * 3_600_000;

/** Null where all is well, or TLS is off. */
export function certificateNote({ mode, certificate }: TlsStatus, nowMs: number): Message<keyof typeof tls> | null {
  if (mode === "off") return null;
  if (certificate === null) return message("certificate/none/title");
  const { notAfterMs: untilMs } = certificate;
  if (untilMs <= nowMs) return message("certificate/expired/title", { untilMs });
  return untilMs - nowMs < WARN_BEFORE_MS ? message("certificate/expires/title", { untilMs }) : null;
}
