// Watches the free space on the disk of the data folder. A hub on a full disk could neither seal its journal nor save devices, so
// it accepts nothing more while there is still a little space, and continues once there is more.
import { statfs } from "node:fs/promises";
import type { DiskStatus } from "../../shared/api.ts";
import { assertNever } from "../../shared/errors.ts";
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";
import type { Log } from "./log/log.ts";

const LOW_BYTES = 2_000_000_000;
const FULL_BYTES = 16_000_000;
const CHECK_EVERY_MS = 1_000;
/** The interval while there is enough space. */
const CHECK_EVERY_WHILE_OK_MS = 5_000;

export interface DiskGuardOptions {
  readonly folder: string;
  /** Free bytes on the disk of a folder; null where the file system does not report it. Never rejects. */
  readonly freeBytes: (folder: string) => Promise<number | null>;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: Pick<HubEvents, "diskChanged">;
}

export class DiskGuard {
  readonly #options: DiskGuardOptions;
  #status: DiskStatus = "ok";
  #freeBytes: number | null = null;
  #checkedAtMs = 0;
  #checking = false;
  #endTimer: (() => void) | null = null;

  constructor(options: DiskGuardOptions) {
    this.#options = options;
  }

  get status(): DiskStatus {
    return this.#status;
  }

  /** At the last check; null where the file system does not report it. */
  get freeBytes(): number | null {
    return this.#freeBytes;
  }

  /** Resolves after the first check. */
  async start(): Promise<void> {
    const { clock } = this.#options;
    await this.#check();
    this.#endTimer = clock.every(CHECK_EVERY_MS, () => {
      const isDue = clock.now() - this.#checkedAtMs >= CHECK_EVERY_WHILE_OK_MS;
      if (this.#status !== "ok" || isDue) void this.#check();
    });
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
  }

  async #check(): Promise<void> {
    // A network drive may be slow; a second query at the same time would not help.
    if (this.#checking) return;
    const { folder, freeBytes, clock } = this.#options;
    this.#checking = true;
    this.#checkedAtMs = clock.now();
    this.#freeBytes = await freeBytes(folder);
    this.#checking = false;
    this.#become(statusOf(this.#freeBytes));
  }

  #become(status: DiskStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#report(status);
    this.#options.events.diskChanged.emit(status);
  }

  #report(status: DiskStatus): void {
    const { log } = this.#options;
    const freeBytes = this.#freeBytes;
    switch (status) {
      case "ok":
        log.info({ freeBytes }, "there is room on the disk again");
        break;
      case "low":
        log.warn({ freeBytes }, "little room is left on the disk");
        break;
      case "full":
        log.error({ freeBytes }, "the disk is full: messages are not acknowledged until there is room again");
        break;
      default:
        assertNever(status);
    }
  }
}

/** Free bytes for this user on the file system of `folder`; null where it does not report them. */
export async function freeBytesOf(folder: string): Promise<number | null> {
  try {
    const { blocks, bavail, bsize } = await statfs(folder);
    // Some file systems that are no disks have no size at all.
    return blocks === 0 ? null : bavail * bsize;
  } catch {
    // The store then reports whether it can be written.
    return null;
  }
}

function statusOf(freeBytes: number | null): DiskStatus {
  if (freeBytes === null || freeBytes >= LOW_BYTES) return "ok";
  return freeBytes >= FULL_BYTES ? "low" : "full";
}
