// The English catalogue of all messages of the hub: templates by code. A code is that of an error or a finding, with a suffix behind a
// slash where one error has several sentences. Other languages have the same codes.
import { access } from "./en/access.ts";
import { cli } from "./en/cli.ts";
import { devices } from "./en/devices.ts";
import { diagnostics } from "./en/diagnostics.ts";
import { doctor } from "./en/doctor.ts";
import { files } from "./en/files.ts";
import { importing } from "./en/history/import.ts";
import { mend } from "./en/history/mend.ts";
import { timeline } from "./en/history/timeline.ts";
import { http } from "./en/http.ts";
import { ingest } from "./en/ingest.ts";
import { messageLog } from "./en/message-log.ts";
import { broker } from "./en/network/broker.ts";
import { prometheus } from "./en/network/prometheus.ts";
import { proxies } from "./en/network/proxies.ts";
import { reach } from "./en/network/reach.ts";
import { tls } from "./en/network/tls.ts";
import { work } from "./en/network/work.ts";
import { notes } from "./en/notes.ts";
import { notices } from "./en/notices.ts";
import { places } from "./en/places.ts";
import { simulation } from "./en/simulation.ts";
import { start } from "./en/start.ts";
import { backups } from "./en/storage/backups.ts";
import { move } from "./en/storage/move.ts";
import { server } from "./en/storage/server.ts";

export const en = {
  ...access,
  ...backups,
  ...broker,
  ...cli,
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
