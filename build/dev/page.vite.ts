// How Vite makes the page, for a package and while it is developed. `/api` of the hub and the folder `api` of the sources
// share a beginning: only `/api/v1/` is the hub's.
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { createLogger, type InlineConfig, type Logger, type UserConfig } from "vite";
import { projectFolder } from "../electron.ts";

/** The hub's paths that a page, a device or a person at a browser asks for. */
const HUB_PATHS = ["^/api/v1/", "^/data$", "^/healthz$", "^/metrics$", "^/agent/", "^/install\\.sh$", "^/ws(\\?|$)"];

/** Taken with all that they import. Not the page's entry itself: the other page shares some of this, and must not run it. */
const OVERVIEW = /[\\/](src[\\/]renderer[\\/]app\.tsx|react-dom[\\/]client\.js)$/;

/** Chromium 114 is that of the oldest Electron that tests run on. */
export const pageConfig = {
  plugins: [react()],
  build: {
    target: "chrome114",
    minify: true,
    rolldownOptions: {
      // Schemas that only the hub checks with are left out: a call of `Type` makes a value and does nothing else.
      treeshake: {
        manualPureFunctions: ["Type"],
        moduleSideEffects: [{ test: /[\\/]src[\\/]shared[\\/]/, sideEffects: false }],
      },
      // What the overview is drawn by is one file: it compresses better than fifty, and costs one request.
      output: { codeSplitting: { groups: [{ name: "overview", test: OVERVIEW }] } },
      input: ["index.html", "api-docs.html"].map((name) => join(projectFolder, "src", "renderer", name)),
    },
  },
  // Beside what is built, and not in node_modules, which may be shared.
  cacheDir: join(projectFolder, "out", "dev", "vite"),
  server: {
    // Whoever reaches the page reaches the hub through it: this computer alone.
    host: "127.0.0.1",
    fs: { allow: [projectFolder, join(projectFolder, "node_modules")] },
  },
} satisfies UserConfig;

/** The page and, at the same address, the hub at `hubUrl`, WebSockets included. */
export function withHub(hubUrl: string): InlineConfig {
  const proxy = Object.fromEntries(HUB_PATHS.map((path) => [path, { target: hubUrl, ws: true }]));
  return {
    ...pageConfig,
    configFile: false,
    root: join(projectFolder, "src", "renderer"),
    customLogger: quietWhileHubRestarts(),
    server: { ...pageConfig.server, proxy },
  };
}

/** The page asks on while the hub starts again, and shows that it does. */
function quietWhileHubRestarts(): Logger {
  const logger = createLogger();
  const { error } = logger;
  logger.error = (message, options) => {
    if (!/ proxy (socket )?error\b.*\b(ECONNREFUSED|ECONNRESET|EPIPE)\b/s.test(message)) error(message, options);
  };
  return logger;
}
