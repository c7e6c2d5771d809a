// Words that stand on buttons of every page.

const ACTORS: Readonly<Record<string, string>> = {
  "device:": "device ",
  "api-key:": "API key ",
  "share:": "shared link ",
};

export const words = {
  cancel: "Cancel",
  save: "Save",
  saving: "Saving…",
  add: "Add",
  remove: "Remove",
  removing: "Removing…",
  done: "Done",
  close: "Close",
  tryAgain: "Try again",
  trying: "Trying again…",
  copy: "Copy",
  copyOf: (what: string) => `Copy: ${what}`,
  copied: "Copied",
  pressToCopy: (keys: string) => `Press ${keys}`,
  /** What the hub calls one who has no name: `this computer`, `device:pi`. */
  actor: (name: string) => name.replace(/^(?:device|api-key|share):/, (kind) => ACTORS[kind] ?? kind),
};
