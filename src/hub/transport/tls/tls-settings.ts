// The settings of TLS: one record, none until a person sets something.

import { isAbsolute } from "node:path";
import type { Static } from "typebox";
import type { Problem } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import { TlsSettings } from "../../../shared/security/tls.ts";
import type { RecordKind } from "../../store/records.ts";

export const tlsRecords: RecordKind<typeof TlsSettings> = {
  name: "tls",
  schema: TlsSettings,
  idOf: () => "settings",
};

/** The settings until a person changes them: TLS is on where a flag names a port for it. */
export function settingsByDefault(isPortNamed: boolean): Static<typeof TlsSettings> {
  return { mode: isPortNamed ? "own" : "off", plainPorts: "open" };
}

/** What is missing; null where the settings are complete. */
export function settingsProblem({ mode, certFile = "", keyFile = "" }: TlsSettings): Problem | null {
  const areFilesMissing = mode === "files" && !(isAbsolute(certFile) && isAbsolute(keyFile));
  return areFilesMissing ? message("bad-request/tls-files") : null;
}
