// Whether the data folder is in a place that keeps what a hub stores: on a disk of this computer, and in a container on a volume.
import { existsSync, readFileSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { type Message, message } from "../../shared/messages/message.ts";

/** Of Linux: what statfs(2) says of file systems whose locks are another computer's to keep. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x517b, "SMB"],
  [0x00c36400, "CephFS"],
  [0x01021997, "9P"],
  [0x5346414f, "AFS"],
  [0x73757245, "Coda"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
]);

/** What is asked of the system. */
interface PlaceSystem {
  /** Of the file system, as statfs(2) has it. */
  readonly typeOf: (path: string) => number;
  /** Of this process: /proc/self/mountinfo. */
  readonly mounts: () => string;
}

const realSystem: PlaceSystem = {
  typeOf: (path) => statfsSync(path).type,
  mounts: () => readFileSync("/proc/self/mountinfo", "utf8"),
};

export interface FolderUse {
  readonly isContainer: boolean;
  /** False where a database server holds the readings. */
  readonly holdsDatabase: boolean;
}

/** Null where the folder is in a good place, or the system does not say. */
export function whyBadPlace(
  folder: string,
  { isContainer, holdsDatabase }: FolderUse,
  system = realSystem,
): Message | null {
  if (process.platform !== "linux") return null;
  const existing = nearestExisting(folder);
  const fileSystem = holdsDatabase ? NETWORK_FILE_SYSTEMS.get(system.typeOf(existing)) : undefined;
  if (fileSystem !== undefined) return message("place/network-file-system", { folder, fileSystem });
  return isContainer && !isOnMount(folder, system.mounts()) ? message("place/no-volume", { folder }) : null;
}

/** Whether the folder is on a file system on which a database would be damaged. */
export function isOnNetwork(folder: string, system = realSystem): boolean {
  return process.platform === "linux" && NETWORK_FILE_SYSTEMS.has(system.typeOf(nearestExisting(folder)));
}

/** The folder may be made only later. */
function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}

/** Whether the folder, or one above it but the root, is a mount point (proc(5): the fifth field, with octal escapes). */
function isOnMount(folder: string, mounts: string): boolean {
  const points = mounts
    .split("\n")
    .map((line) =>
      (line.split(" ")[4] ?? "").replaceAll(/\\(\d{3})/g, (_all, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    );
  return points.some((point) => point.length > 1 && (folder === point || folder.startsWith(`${point}/`)));
}
