// Other people and programs: who did something, and what changed while somebody was typing.

const KINDS: Readonly<Record<string, string>> = {
  "device:": "device ",
  "api-key:": "API key ",
  "share:": "shared link ",
};

export const others = {
  /** As the hub's log has it: a person's name, `this computer`, `device:pi`. */
  actor: (name: string) => name.replace(/^(?:device|api-key|share):/, (kind) => KINDS[kind] ?? kind),
  changedMeanwhile: (now: string) =>
    now === "" ? "Somebody else has emptied this meanwhile." : `Somebody else has changed this meanwhile, to “${now}”.`,
  takeChange: "Take that",
};
