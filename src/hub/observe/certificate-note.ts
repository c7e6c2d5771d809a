// The warning that the hub's certificate is missing or expires. It is in /healthz, which is open to all, so it contains no path.

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
