// Every sentence that the hub says to people, in Korean: the same codes as the English, so that one that is missing does not
// compile. The command line alone is English.
import type { cli } from "./en/cli.ts";
import type { en } from "./en.ts";
import { access } from "./ko/access.ts";
import { broker } from "./ko/broker.ts";
import { devices } from "./ko/devices.ts";
import { diagnostics } from "./ko/diagnostics.ts";
import { doctor } from "./ko/doctor.ts";
import { files } from "./ko/files.ts";
import { http } from "./ko/http.ts";
import { ingest } from "./ko/ingest.ts";
import { messageLog } from "./ko/message-log.ts";
import { notes } from "./ko/notes.ts";
import { notices } from "./ko/notices.ts";
import { places } from "./ko/places.ts";
import { proxies } from "./ko/proxies.ts";
import { reach } from "./ko/reach.ts";
import { start } from "./ko/start.ts";
import { tls } from "./ko/tls.ts";

export const ko: Omit<typeof en, keyof typeof cli> = {
  ...access,
  ...broker,
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
