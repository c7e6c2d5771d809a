// Why a file or a folder cannot be used: a sentence that follows the path and a colon, and one that says what to do.

type Path = { readonly path: string };
type Folder = { readonly folder: string };
type User = { readonly user: string };
/** Quoted for a shell. */
type Paths = { readonly paths: string };

const DISK_FULL = "Make room on it.";

export const files = {
  // Reasons. `path` is where the access ends, which may be a folder above the one that was named.
  "file/is-file": ({ path }: Path) => `${path}: it is a file, not a folder.`,
  "file/is-folder": ({ path }: Path) => `${path}: it is a folder, not a file.`,
  "file/read-only": ({ path }: Path) => `${path}: it is on a read-only disk.`,
  "file/denied-own": ({ path }: Path) => `${path}: permission denied; it is yours, but its mode keeps you out.`,
  "file/denied-foreign": ({ path, user }: Path & User) => `${path}: permission denied; it belongs to ${user}.`,
  "file/denied-another": ({ path }: Path) => `${path}: permission denied; it belongs to another user.`,
  "file/dead-link": ({ path, target }: Path & { readonly target: string }) =>
    `${path} is a link to ${target}, which is not there.`,
  "file/missing": ({ path }: Path) => `There is no ${path}.`,

  // Remedies.
  "file/move-it": () => "Move it to another place.",
  "file/make-writable": () => "Make that disk writable, or use another.",
  "file/full-control": () => "Give your user full control of it, in its properties.",
  "file/run-as": ({ user }: User) => `Run this as ${user}, or use a place of your own.`,
  "file/own-folder": () => "Use a folder of your own.",
  "file/chown": ({ user, paths }: User & Paths) => `To make it yours: \`sudo chown ${user} ${paths}\`.`,
  "file/chmod": ({ mode, paths }: Paths & { readonly mode: string }) => `To mend that: \`chmod ${mode} ${paths}\`.`,
  "file/install": ({ user, paths }: User & Paths) =>
    `To have one made: \`sudo install -d -m 700 -o ${user} ${paths}\`.`,
  "file/mount-first": () => "Mount or make that first.",
  /** There is nothing to advise. */
  "file/no-remedy": () => "",

  // Of the disk, after a colon.
  "disk/full": ({ folder }: Folder) => `the disk that holds ${folder} is full. ${DISK_FULL}`,
  "disk/quota": ({ folder }: Folder) => `this user may put nothing more on the disk that holds ${folder}. ${DISK_FULL}`,
  "disk/read-only": ({ folder }: Folder) => `${folder} is on a read-only disk.`,
  /** `reason` is the system's. */
  "disk/failed": ({ reason }: { readonly reason: string }) => `${reason}.`,
};
