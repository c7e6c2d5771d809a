// Every sentence that the hub says to people, in Korean: the same codes as the English, so that one that is missing does not
// compile. The command line alone is English.
import type { cli } from "./en/cli.ts";
import type { en } from "./en.ts";
import { access } from "./ko/access.ts";
import { devices } from "./ko/devices.ts";
import { diagnostics } from "./ko/diagnostics.ts";
import { doctor } from "./ko/doctor.ts";
import { files } from "./ko/files.ts";
import { importing } from "./ko/history/import.ts";
import { mend } from "./ko/history/mend.ts";
import { timeline } from "./ko/history/timeline.ts";
import { http } from "./ko/http.ts";
import { ingest } from "./ko/ingest.ts";
import { messageLog } from "./ko/message-log.ts";
import { broker } from "./ko/network/broker.ts";
import { prometheus } from "./ko/network/prometheus.ts";
import { proxies } from "./ko/network/proxies.ts";
import { reach } from "./ko/network/reach.ts";
import { tls } from "./ko/network/tls.ts";
import { work } from "./ko/network/work.ts";
import { notes } from "./ko/notes.ts";
import { notices } from "./ko/notices.ts";
import { places } from "./ko/places.ts";
import { simulation } from "./ko/simulation.ts";
import { start } from "./ko/start.ts";
import { backups } from "./ko/storage/backups.ts";
import { move } from "./ko/storage/move.ts";
import { server } from "./ko/storage/server.ts";

export const ko: Omit<typeof en, keyof typeof cli> = {
  ...access,
  ...backups,
  ...broker,
  ...devices,
  ...diagnostics,
  ...doctor,
  ...files,
  ...http,
  ...importing,
  ...ingest,
  ...mend,
  ...messageLog,
  ...move,
  ...notes,
  ...notices,
  ...places,
  ...prometheus,
  ...proxies,
  ...reach,
  ...server,
  ...simulation,
  ...start,
  ...timeline,
  ...tls,
  ...work,
};
