// What the desktop app tells people while nobody looks at its window. In a chunk of its own.

export const notifications = {
  title: "Notifications",
  about: "You are told while you are not looking at this window. Several devices come in one notice.",
  kinds: {
    joining: "A device wants to join",
    offline: "A device goes offline",
    silent: "A sensor falls silent",
    failed: "Something fails: a command, the power supply, the hub",
  },
  quiet: "Quiet hours",
  quietAbout: "What happens in these hours is told when they end, if it is still so by then.",
  from: "From",
  to: "To",
  notKept: "This could not be saved.",
};
