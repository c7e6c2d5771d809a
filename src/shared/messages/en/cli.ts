// Errors of the `bramble` commands, for the command line and in English only.
import type { Sentence } from "../sentence.ts";

type Value = { readonly value: string };
type Flag = { readonly flag: string };
type Choices = { readonly choices: string };
type Path = { readonly path: string };
type Url = { readonly url: string };
type Reason = { readonly reason: Sentence };
/** A sentence, or nothing. */
type Versions = { readonly versions: Sentence };
type Backup = { readonly name: string };

const added = (sentence: string) => (sentence === "" ? "" : ` ${sentence}`);
const didYouMean = (meant: string) => (meant === "" ? "" : ` Did you mean ${meant}?`);

export const cli = {
  // Arguments.
  /** `reason` is Node's. */
  "cli/arguments": ({ reason, meant }: { readonly reason: string; readonly meant: string }) =>
    `${reason}${didYouMean(meant)}`,
  "cli/misuse": ({ problem, command }: { readonly problem: Sentence; readonly command: string }) =>
    `${problem} See bramble ${command} --help.`,
  "cli/choice": ({ flag, choices, value }: Flag & Choices & Value) => `--${flag} takes ${choices}, not “${value}”.`,
  "cli/no-option": ({ flag }: Flag) => `There is no option --${flag} here.`,
  "cli/empty-file": ({ flag }: Flag) => `--${flag} takes a file, not an empty name.`,
  "cli/one-file": () => "It takes one file.",
  "cli/name-file": () => "Name the file to write.",
  "cli/name-file-of": ({ usage }: { readonly usage: string }) => `Name the file to write: ${usage}.`,
  "cli/no-database": ({ path }: { readonly path: string }) =>
    `There is no ${path}. Where the hub keeps its data on a database server, name that one: --store URL, or BRAMBLE_STORE.`,
  "cli/name-backup": () => "Name the backup: bramble restore FILE.",
  "cli/name-set-up": () => "Name the file to apply: bramble config apply FILE.",
  "cli/no-set-up": ({ name, reason }: { readonly name: string; readonly reason: string }) =>
    `${name} is no set-up of a hub: ${reason}.`,
  "cli/json-needs-file": () => "--json needs a FILE.",
  "cli/one-form": () => "--csv and --json are two forms of the same: take one.",
  "cli/takes": ({ needs }: { readonly needs: string }) => `It takes ${needs}.`,
  "cli/no-more-words": ({ action }: { readonly action: string }) => `${action} takes no more words.`,
  "cli/tls-files": () => "files takes CERT and KEY.",
  "cli/tls-plain": () => "--plain is for on and files.",
  "cli/first-word": ({ choices }: Choices) => `The first word says what to do: ${choices}.`,
  "cli/none-of": ({ value, choices, meant }: Value & Choices & { readonly meant: string }) =>
    `“${value}” is none of ${choices}.${didYouMean(meant)}`,

  "cli/import-problem": ({ reason }: Reason) => `Nothing is imported. ${reason}`,
  "cli/import-interrupted": () => "Interrupted: what was stored by then stays. Importing the file again completes it.",
  "cli/import-day-order": () =>
    "Nothing is imported: the file does not tell whether days or months come first. Say --time day-first or --time month-first.",

  "cli/no-role": ({ choices }: Choices) => `--role is missing: ${choices}.`,
  "cli/unknown-role": ({ value, choices }: Value & Choices) => `“${value}” is no role: ${choices}.`,
  "cli/no-text": ({ what }: { readonly what: string }) =>
    `${what} is no text for a terminal: name a file, or lead - into one or a pipe.`,
  "cli/terminal-input": () => "Standard input is a terminal: name a file, or lead one into -.",

  // Files.
  "cli/no-folder": ({ path }: Path) => `There is no folder ${path}.`,
  "cli/no-room": ({ path, needed, free }: Path & { readonly needed: string; readonly free: string }) =>
    `There is no room in ${path}: the copy needs ${needed} bytes, ${free} are free.`,
  "cli/not-written": ({ path, reason, remedy }: Path & Reason & { readonly remedy: Sentence }) =>
    `${path} cannot be written: ${reason}${added(remedy)}`,
  "cli/output-not-written": ({ reason }: Reason) => `Standard output cannot be written: ${reason}.`,
  "cli/not-read": ({ path, reason }: Path & Reason) =>
    `${path} cannot be read: ${reason} Run this as a user who may read it.`,
  "cli/not-opened": ({ path, reason }: Path & Reason) => `${path} cannot be opened: ${reason}.`,
  "cli/not-replaced": ({ path }: Path) => `${path} cannot be replaced. Name another file.`,
  "cli/exists": ({ path }: Path) => `${path} is there already. Name another, or say --force.`,
  "cli/hubs-own": ({ path }: Path) => `${path} belongs to the hub itself. Name another file.`,
  "cli/open-elsewhere": ({ path }: Path) => `Another program has ${path} open. Let it end first.`,

  // Backups, passphrases and passwords.
  "cli/present-database": ({ name }: Backup) => `${name} is the hub's database as it is now.`,
  "cli/encrypted": ({ name }: Backup) =>
    `${name} is encrypted: give its passphrase by --passphrase-file FILE, or in BRAMBLE_PASSPHRASE.`,
  "cli/empty-passphrase": ({ path }: Path) => `The first line of ${path} is to be the passphrase, and is empty.`,
  "cli/wrong-passphrase": () => "The passphrase is not the one of this backup, or the backup is damaged at its start.",
  "cli/backup-damaged": ({ chunk }: { readonly chunk: number }) =>
    `The backup is damaged, or not whole: chunk ${chunk} is not what was written. Take another one.`,
  "cli/backup-start-damaged": () => "The backup is damaged at its start. Take another one.",
  "cli/backup-newer": () => "The backup was encrypted by a newer version of Bramble, or is damaged at its start.",
  "cli/backup-cut": () => "The backup is not whole: it ends within its header.",
  "cli/not-encrypted": () => "This is no encrypted backup.",
  "cli/short-password": ({ characters }: { readonly characters: number }) =>
    `A password has at least ${characters} characters.`,
  "cli/two-passwords": () => "Those were two different ones: nothing was changed.",
  "cli/interrupted": () => "Interrupted: nothing was changed.",

  // The hub.
  "cli/hub-hidden": ({ reason }: Reason) => `${reason} Run this as the user that runs the hub.`,
  "cli/no-hub": ({ path }: Path) =>
    `No hub runs on ${path}. Start it with bramble serve, or name its folder with --data or its address with --url.`,
  "cli/not-a-hub": ({ url }: Url) => `What answers at ${url} is no hub of Bramble.`,
  "cli/closes": ({ url }: Url) =>
    `What is at ${url} closes the connection: another program, or a hub that must be started with --allow to let this computer's address in.`,
  "cli/no-answer": ({ url, reason }: Url & { readonly reason: string }) =>
    `No hub answers at ${url}: ${reason}. Is the address right, and does the hub run?`,
  "cli/no-answer-of-folder": ({ url, path, reason }: Url & Path & { readonly reason: string }) =>
    `The hub that ran on ${path} does not answer at ${url}: ${reason}. It was killed, perhaps: start it with bramble serve.`,
  "cli/needs-token": ({ url }: Url) =>
    `The hub at ${url} wants a token. Give it with --token, or as BRAMBLE_TOKEN in the environment.`,
  "cli/token-refused": ({ url }: Url) =>
    `The hub at ${url} refuses the token. That of hub.json is good on the hub's own computer alone, at 127.0.0.1, and until the hub is restarted.`,
  "cli/token-refused-here": ({ url }: Url) =>
    `The hub at ${url} refuses the token. Is another one in BRAMBLE_TOKEN, or was the hub started with a --host that is not 127.0.0.1?`,
  /** `answer` is the hub's. */
  "cli/hub-refused": ({ answer, versions }: Versions & { readonly answer: string }) => `${answer}${added(versions)}`,
  "cli/unknown-answer": ({ url, versions }: Url & Versions) =>
    `The hub at ${url} gave an answer that this program does not know.${added(versions)}`,
  "cli/versions": ({ theirs, own }: { readonly theirs: string; readonly own: string }) =>
    `The hub is version ${theirs}, this program ${own}: use the hub's own.`,
  "cli/export-broken-off": () =>
    "The hub broke the export off: it was stopped, or could not read on. Its log says more.",
};
