// What the window says when the hub gives no answer of its own.

export const connection = {
  noAnswer: "The hub does not answer.",
  answeredWithStatus: (status: number): string => `The hub answered with status ${status}.`,
};
