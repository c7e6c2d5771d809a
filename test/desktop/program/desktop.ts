// The desktop app for a test: a profile of its own, a hub on free ports, and the real window. `await using` ends it.
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { _electron, type ElectronApplication, expect, type Page } from "@playwright/test";
import { Value } from "typebox/value";
import { environmentFor, projectFolder } from "../../../build/electron.ts";
import { findElectron } from "../../../build/electron-runtime.ts";
import { HubFile } from "../../../src/hub/data-folder.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import { endInTime, follow } from "./end-in-time.ts";

/** The folder that holds everything the app keeps: the hub's data and the window's. */
export class Profile implements Disposable {
  readonly #folder = makeTemporaryFolder();

  get path(): string {
    return this.#folder.path;
  }

  get hubRuns(): boolean {
    return existsSync(join(this.path, "hub.json"));
  }

  get hub(): HubFile {
    return Value.Parse(HubFile, JSON.parse(readFileSync(join(this.path, "hub.json"), "utf8")));
  }

  /** Sends a reading as a Pi would, or several at once. */
  async post(reading: object): Promise<void> {
    const response = await fetch(`${this.hub.http}/data`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(reading),
    });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

export interface Command {
  readonly executablePath: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

/** How to start the app on a profile: from the checkout, or that executable if one is named. */
export function commandFor(profile: Profile, packaged?: string): Command {
  const electron = findElectron();
  const hub = {
    BRAMBLE_DATA: profile.path,
    BRAMBLE_HTTP_PORT: "0",
    BRAMBLE_MQTT_PORT: "0",
    BRAMBLE_NO_MDNS: "1",
    BRAMBLE_JOINING: "open",
  };
  const flags = ["--disable-gpu", `--user-data-dir=${profile.path}`];
  if (process.getuid?.() === 0) flags.push("--no-sandbox");
  return {
    executablePath: packaged ?? electron.executablePath,
    args: packaged === undefined ? [projectFolder, ...flags] : flags,
    env: { ...withoutGaps(environmentFor(electron)), ...hub },
  };
}

function withoutGaps(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

export class Desktop implements AsyncDisposable {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly #process: ChildProcess;

  constructor(app: ElectronApplication, page: Page) {
    this.app = app;
    this.page = page;
    this.#process = app.process();
  }

  /** How many windows there are, as the app itself sees it. */
  windows(): Promise<number> {
    return this.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  }

  async untilHubRuns(): Promise<void> {
    await expect.poll(() => this.page.evaluate(() => window.bramble?.hubState())).toEqual({ kind: "running" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endInTime(this.#process, () => this.app.close());
  }
}

/** Starts the app and waits until its page is drawn and its hub runs. */
export async function launch(
  profile: Profile,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<Desktop> {
  const desktop = await launchWithoutHub(profile, env, flags);
  await desktop.untilHubRuns();
  return desktop;
}

/** Starts the app and waits for its window; the hub may have failed. */
export async function launchWithoutHub(
  profile: Profile,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<Desktop> {
  const { executablePath, args, env: usual } = commandFor(profile);
  const app = await _electron.launch({ executablePath, args: [...args, ...flags], env: { ...usual, ...env } });
  follow(app.process());
  return new Desktop(app, await app.firstWindow());
}
