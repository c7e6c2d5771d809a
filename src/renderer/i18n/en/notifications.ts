// What the desktop app tells people while nobody looks at its window. In a chunk of its own.

export const notifications = {
  title: "Notifications",
  about: "Told while you do not look at this window, several devices in one.",
  kinds: {
    joining: "A device wants to join",
    offline: "A device goes offline",
    silent: "A sensor falls silent",
    failed: "Something fails: a command, the power supply, the hub",
  },
  quiet: "Quiet hours",
  quietAbout: "What happens then, and still holds at their end, is told at their end.",
  from: "From",
  to: "To",
  notKept: "This could not be saved.",
};
