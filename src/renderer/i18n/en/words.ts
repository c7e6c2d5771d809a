// Words that stand on buttons of every page.

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
  changedMeanwhile: (now: string) =>
    now === "" ? "Somebody else has emptied this meanwhile." : `Somebody else has changed this meanwhile, to “${now}”.`,
  takeChange: "Take that",
  pressToCopy: (keys: string) => `Press ${keys}`,
  /** What the hub calls one who has no name. */
  actor: (name: string) => name,
};
