// Whether the data folder is in a durable place: on a disk of this computer, and in a container on a volume that its user may
// write to.
import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { errorCode } from "../../shared/error-text.ts";
import { type Message, message } from "../../shared/messages/message.ts";

/** Types of statfs(2) on Linux: file systems whose locks another computer manages. */
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

/** FUSE in statfs(2): the file system may be a disk or a network; its mount tells which. */
const FUSE = 0x65735546;
const NETWORK_PROGRAMS =
  /^fuse\.(sshfs|rclone|s3fs|gcsfuse|goofys|glusterfs|davfs2?|curlftpfs|smbnetfs|cephfs|moosefs|nfs)/;

/** Facts of the system. */
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

/** Null where the folder is in a good place, or that is unknown. */
export function whyBadPlace(
  folder: string,
  { isContainer, holdsDatabase }: FolderUse,
  system = realSystem,
): Message | null {
  if (process.platform !== "linux") return null;
  const fileSystem = holdsDatabase ? networkOf(folder, system) : undefined;
  if (fileSystem !== undefined) return message("place/network-file-system", { folder, fileSystem });
  if (!isContainer) return null;
  if (!isOnMount(folder, system.mounts())) return message("place/no-volume", { folder });
  const user = `${process.geteuid?.()}:${process.getegid?.()}`;
  return [folder, join(folder, "bramble.db")].some(isDenied) ? message("place/foreign-volume", { folder, user }) : null;
}

/** By its owner and its mode; a disk that may only be read is another matter. */
function isDenied(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return false;
  } catch (error) {
    return errorCode(error) === "EACCES";
  }
}

/** Whether the folder is on a file system on which a database would be damaged. */
export function isOnNetwork(folder: string): boolean {
  return process.platform === "linux" && networkOf(folder, realSystem) !== undefined;
}

/** The network file system that the folder is on, or will be; undefined where it is on a disk. */
function networkOf(folder: string, { typeOf, mounts }: PlaceSystem): string | undefined {
  const existing = nearestExisting(folder);
  const type = typeOf(existing);
  if (type !== FUSE) return NETWORK_FILE_SYSTEMS.get(type);
  const above = mountsOf(mounts())
    .filter(({ point }) => isBelow(existing, point))
    .toSorted((a, b) => a.point.length - b.point.length);
  return NETWORK_PROGRAMS.exec(above.at(-1)?.type ?? "")?.[1];
}

/** The folder may be made only later. */
function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}

/** Whether the folder, or one above it but the root, is a mount point. */
function isOnMount(folder: string, mounts: string): boolean {
  return mountsOf(mounts).some(({ point }) => point.length > 1 && isBelow(folder, point));
}

function isBelow(folder: string, point: string): boolean {
  return folder === point || folder.startsWith(point.endsWith("/") ? point : `${point}/`);
}

/** Of proc(5): the fifth field, with octal escapes, is where it is mounted; the one behind the dash is the file system's type. */
function mountsOf(mounts: string): { readonly point: string; readonly type: string }[] {
  return mounts.split("\n").flatMap((line) => {
    const point = line.split(" ")[4];
    if (point === undefined) return [];
    const [, behind = ""] = line.split(" - ");
    const unescaped = point.replaceAll(/\\(\d{3})/g, (_all, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    return [{ point: unescaped, type: behind.split(" ")[0] ?? "" }];
  });
}
