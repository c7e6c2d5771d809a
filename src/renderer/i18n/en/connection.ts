// What the window says when the hub gives no answer of its own.

export const connection = {
  cannotRun: "The hub cannot run.",
  starting: "The hub is starting…",
  restarting: (reason: string) => `The hub stopped and is starting again. ${reason}`,
  notConnected: "Not connected to the hub. Trying again…",
  noAnswer: "The hub does not answer.",
  answeredWithStatus: (status: number): string => `The hub answered with status ${status}.`,
};
