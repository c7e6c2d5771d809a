// A device wherever it is shown: whether it is there, what its sensors and controls say.

export const presence = {
  online: "online",
  wasOnline: "was online",
  awaySince: (moment: string) => `away since ${moment}`,
  silentFor: (span: string) => `silent for ${span}`,
  usuallyEvery: (span: string) => `usually every ${span}`,
  simulated: "simulated",
  andMore: (count: string) => `and ${count} more`,
};
