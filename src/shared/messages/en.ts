// Every sentence that the hub says to people, in English: a code and its parameters in, words out. A code is that of an error
// or a finding, with a part behind a slash where one error has several sentences. Other languages have the same codes.
import { access } from "./en/access.ts";
import { broker } from "./en/broker.ts";
import { cli } from "./en/cli.ts";
import { devices } from "./en/devices.ts";
import { diagnostics } from "./en/diagnostics.ts";
import { doctor } from "./en/doctor.ts";
import { files } from "./en/files.ts";
import { http } from "./en/http.ts";
import { ingest } from "./en/ingest.ts";
import { messageLog } from "./en/message-log.ts";
import { notes } from "./en/notes.ts";
import { notices } from "./en/notices.ts";
import { places } from "./en/places.ts";
import { proxies } from "./en/proxies.ts";
import { reach } from "./en/reach.ts";
import { start } from "./en/start.ts";
import { tls } from "./en/tls.ts";

export const en = {
  ...access,
  ...broker,
  ...cli,
  ...devices,
  ...diagnostics,
  ...doctor,
  ...files,
  ...http,
  ...ingest,
  ...messageLog,
  ...notes,
  ...notices,
  ...places,
  ...proxies,
  ...reach,
  ...start,
  ...tls,
};
