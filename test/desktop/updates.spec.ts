// What is fetched from the address of new versions that was set before is neither awaited nor put in place.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "@playwright/test";
import { build } from "vite";
import { sandboxFlags } from "../../build/electron.ts";
import { findElectron } from "../../build/electron-runtime.ts";
import packageJson from "../../package.json" with { type: "json" };
import { makeTemporaryFolder, type TestFolder } from "../support/hub.ts";
import { endInTime, follow, test } from "./program/end-in-time.ts";
import { UpdateServer } from "./program/update-server.ts";

let bundle: TestFolder;

test.beforeAll(async () => {
  bundle = makeTemporaryFolder();
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      ssr: fileURLToPath(new URL("program/updates-program.ts", import.meta.url)),
      outDir: bundle.path,
      target: "node18.15",
      rolldownOptions: { output: { format: "cjs", entryFileNames: "main.cjs" } },
    },
    ssr: { noExternal: true, external: ["electron"] },
  });
  const { version } = packageJson;
  writeFileSync(
    join(bundle.path, "package.json"),
    JSON.stringify({ productName: "Updates", version, main: "main.cjs" }),
  );
});

test.afterAll(() => bundle[Symbol.dispose]());

/** The program, with an AppImage that it takes for itself. */
class UpdatesProgram implements AsyncDisposable {
  readonly #folder = makeTemporaryFolder();
  readonly #child: ChildProcess;
  readonly #image = join(this.#folder.path, "Bramble.AppImage");
  #output = "";

  constructor(address: string) {
    writeFileSync(this.#image, "the old version");
    writeFileSync(join(this.#folder.path, "app-update.yml"), "updaterCacheDirName: updates\n");
    const electron = findElectron();
    const flags = ["--disable-gpu", `--user-data-dir=${join(this.#folder.path, "user")}`, ...sandboxFlags(electron)];
    this.#child = spawn(electron.executablePath, [bundle.path, ...flags], {
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        ...process.env,
        UPDATES_ADDRESS: address,
        UPDATES_FOLDER: this.#folder.path,
        XDG_CACHE_HOME: this.#folder.path,
        APPIMAGE: this.#image,
      },
    });
    follow(this.#child);
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
  }

  /** All states so far. */
  get states(): unknown[] {
    const lines = this.#output.split("\n").slice(0, -1);
    return lines.filter((line) => line.startsWith("{")).map((line): unknown => JSON.parse(line));
  }

  get installed(): string {
    return readFileSync(this.#image, "utf8");
  }

  changeAddress(address: string): void {
    this.#child.stdin?.write(`${address}\n`);
  }

  async quit(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    await endInTime(this.#child, async () => {
      const closed = once(this.#child, "close");
      this.#child.stdin?.write("quit\n");
      await closed;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.quit();
    this.#folder[Symbol.dispose]();
  }
}

test.describe("after the address has changed", () => {
  test.skip(process.platform !== "linux", "the other systems install what is signed for them alone");

  test("a download from the one before is given up, and the new one's comes in its place", async () => {
    await using before = await UpdateServer.start(Buffer.from("from before"), { holdsFile: true });
    await using after = await UpdateServer.start(Buffer.from("#!/bin/sh\n# from after\n"), { version: "99.0.1" });
    await using program = new UpdatesProgram(before.url);
    await expect.poll(() => before.heldFiles).toBe(1);
    program.changeAddress(after.url);
    await expect.poll(() => program.states.at(-1)).toEqual({ kind: "ready", version: "99.0.1" });
    expect(program.states).not.toContainEqual({ kind: "failed", reason: "server" });
    await program.quit();
    expect(program.installed).toContain("from after");
  });

  test("what was fetched from the one before is not put in place", async () => {
    await using before = await UpdateServer.start(Buffer.from("#!/bin/sh\n"));
    await using after = await UpdateServer.start(Buffer.from(""), { version: packageJson.version });
    await using program = new UpdatesProgram(before.url);
    await expect.poll(() => program.states.at(-1)).toEqual({ kind: "ready", version: "99.0.0" });
    program.changeAddress(after.url);
    await expect.poll(() => program.states.at(-1)).toEqual({ kind: "current", version: packageJson.version });
    await program.quit();
    expect(program.installed).toBe("the old version");
  });
});
