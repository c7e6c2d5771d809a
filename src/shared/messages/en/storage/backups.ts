// Backups: why one could not be made or restored, and what the doctor says of them.
import type { Sentence } from "../../sentence.ts";

type Name = { readonly name: string };
type Path = { readonly path: string };
type Reason = { readonly reason: Sentence };

export const backups = {
  "no-such-backup": ({ name }: Name) => `There is no backup ${name}.`,
  "backup-running": () => "A backup is being made or restored. Wait until that is done.",
  "no-backup-files": () =>
    "This hub keeps its data in a database server: the server’s own backups count, and the hub makes none.",
  "bad-value/backup-folder": ({ value }: { readonly field: string; readonly value: string }) =>
    `“${value}” cannot be the folder of the backups: give the full path of a folder that the hub may write.`,

  "backup/failed": ({ reason }: Reason) => `The backup was not made: ${reason}`,
  "backup/no-room": ({ path, needed, free }: Path & { readonly needed: string; readonly free: string }) =>
    `a copy takes ${needed}, and ${free} are free at ${path}. Make room there, or choose another folder.`,
  "backup/damaged": ({ count, first }: { readonly count: number; readonly first: string }) =>
    count === 1 ? `The check found 1 damage: ${first}` : `The check found ${count} damages. The first is: ${first}`,
  /** `problem` is a sentence from the time when it was made. */
  "backup/problem": ({ problem }: { readonly problem: Sentence }) => problem,
  "restore/failed": ({ name, reason }: Name & Reason) => `${name} was not restored: ${reason}`,
  "restore/damaged": () => "it is damaged. Take another one.",
  "restore/encrypted": ({ command }: { readonly command: string }) =>
    `it is encrypted, and this hub does not have its passphrase. Stop the hub and run: ${command}`,

  "backups/title": () => "Backups",
  "backups/fine": ({ when }: { readonly when: string }) => `The last one was made and verified at ${when}.`,
  "backups-failed/title": () => "The last backup failed",
  "backups-damaged/title": () => "The last backup has damage",
  "backups-damaged/remedy": () =>
    "The database itself has it: see which readings by `bramble check`, and restore an older backup where they matter.",
  "backups-old/title": () => "There is no recent backup",
  "backups-old/message": ({ days }: { readonly days: number }) => `The last one that is sound is ${days} days old.`,
  "backups-failed/remedy": () => "Look at its folder in the settings, under “Storage”, and make one there.",
};
