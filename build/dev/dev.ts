// `npm run dev`: the hub from its sources, started again when one of them changes, and the page from Vite, which shows a
// changed component without a reload: in the desktop app's window, or in a browser where there is no display or no Electron
// (or `--browser` asks for one; what follows goes to `bramble serve`). Both keep their data in out/dev. Ctrl+C ends both.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createServer } from "vite";
import {
  type ElectronRuntime,
  environmentFor,
  fetchElectron,
  installedElectron,
  projectFolder,
  sandboxFlags,
} from "../electron.ts";
import { withHub } from "./page.vite.ts";

const DATA_FOLDER = join(projectFolder, "out", "dev", "data");
const HTTP_PORT = 8080;
const SIGN_IN = /^\s*http:\/\/127\.0\.0\.1:\d+\/(#link=\S+)$/;
const OTHER_ADDRESS = /^\s*http:\/\/\S+#link=/;

async function dev(args: readonly string[]): Promise<number> {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const hubArgs = args.filter((arg) => arg !== "--browser");
  if (hubArgs.length !== args.length) return inBrowser(hubArgs);
  if (process.platform === "linux" && !DISPLAY && !WAYLAND_DISPLAY) {
    console.log("There is no display: showing the page in a browser.");
    return inBrowser(hubArgs);
  }
  const electron = installedElectron() ?? fetchElectron();
  if (typeof electron !== "string") return inWindow(electron, hubArgs);
  console.log(`There is no Electron runtime (${electron}): showing the page in a browser.`);
  return inBrowser(hubArgs);
}

/** The window starts the hub itself, by dev-hub.ts; electron-vite starts it again when its own sources change. */
async function inWindow(electron: ElectronRuntime, args: readonly string[]): Promise<number> {
  const electronVite = join(projectFolder, "node_modules", "electron-vite", "bin", "electron-vite.js");
  const userData = `--user-data-dir=${join(projectFolder, "out", "dev", "window")}`;
  const sandbox = sandboxFlags(electron).length > 0 ? ["--noSandbox"] : [];
  const child = spawn(process.execPath, [electronVite, "--watch", ...sandbox, "--", userData, ...args], {
    cwd: projectFolder,
    stdio: "inherit",
    env: {
      BRAMBLE_DATA: DATA_FOLDER,
      ...environmentFor(electron),
      BRAMBLE_HUB: join(projectFolder, "build", "dev", "dev-hub.ts"),
      BRAMBLE_NODE: process.execPath,
      ELECTRON_EXEC_PATH: electron.executablePath,
    },
  });
  return endWith(child);
}

async function inBrowser(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { "http-port": { type: "string" } }, strict: false });
  const named = values["http-port"] ?? process.env["BRAMBLE_HTTP_PORT"];
  // It has to be the same after every restart.
  const port = typeof named === "string" ? Number(named) : await findFreePort();
  const page = await createServer(withHub(`http://127.0.0.1:${port}`));
  await page.listen();
  const [address = ""] = page.resolvedUrls?.local ?? [];

  const watch = ["--watch", "--watch-preserve-output", "--enable-source-maps"];
  const serve = [join(projectFolder, "build", "dev", "dev-serve.ts"), "--data", DATA_FOLDER];
  const hub = spawn(process.execPath, [...watch, ...serve, "--http-port", `${port}`, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  createInterface({ input: hub.stdout }).on("line", (line) => {
    const [, link] = SIGN_IN.exec(line) ?? [];
    if (link !== undefined) console.log(`  ${address}${link}`);
    else if (!OTHER_ADDRESS.test(line)) console.log(line);
  });
  try {
    return await endWith(hub);
  } finally {
    await page.close();
  }
}

/** Resolves when the child has ended, which it does at the latest when this process is told to. */
async function endWith(child: ChildProcess): Promise<number> {
  let asked = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      asked = true;
      child.kill("SIGTERM");
    });
  }
  const [code] = await once(child, "exit");
  return asked ? 0 : (code ?? 1);
}

async function findFreePort(): Promise<number> {
  return (await portIfFree(HTTP_PORT)) ?? (await portIfFree(0)) ?? HTTP_PORT;
}

/** The port, or the one that the system chose for 0; nothing where it is taken. */
async function portIfFree(port: number): Promise<number | undefined> {
  const server = createTcpServer();
  try {
    server.listen(port);
    await once(server, "listening");
    const address = server.address();
    return address !== null && typeof address === "object" ? address.port : undefined;
  } catch {
    // Taken, or not ours to have.
    return undefined;
  } finally {
    server.close();
  }
}

process.exitCode = await dev(process.argv.slice(2));
