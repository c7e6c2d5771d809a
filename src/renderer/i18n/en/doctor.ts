// "Is something wrong?": the checks of the hub, and the clients that failed.

export const doctor = {
  title: "Is something wrong?",
  notRun: "The checks could not run.",
  checking: "Checking…",
  checkedAt: (when: string) => `checked at ${when}`,
  checkAgain: "Check again",
  allWell: "Nothing is wrong on this computer.",
  allWellSoFar: "Nothing is wrong on this computer, as far as it can be seen from here. What may be:",
  wrong: "What is wrong, or may be",
  fine: "What is fine",
  failedClients: "Clients that failed",
  failedLastDay: "Clients that failed in the last day",
  noneFailed:
    "None. If a Pi sends and nothing arrives, it does not get as far as this hub: look at its address, its network and the firewall.",
  more: (count: string) => `${count} more`,
  timesSince: (count: string, when: string) => `${count} times since ${when}`,
};
