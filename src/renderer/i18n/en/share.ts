// Links that share a device's page or a named comparison.

export const share = {
  share: "Share",
  title: (name: string) => `Share ${name}`,
  showsDevice: "Whoever has the link sees this device’s page alone, and changes nothing.",
  showsView:
    "Whoever has the link sees this comparison, and may look at all readings of its devices. They change nothing.",
  howLong: "How long the link works",
  days: (count: number) => (count === 1 ? "1 day" : `${count} days`),
  openLinks: "Open links",
  notLoaded: "The open links could not be loaded.",
  close: "Close",
  make: "Make a link",
  qrCode: "QR code of the link",
  worksUntil: (until: string) => `It works until ${until}, and is shown this once.`,
  link: "Link",
  until: (until: string) => `Until ${until}`,
  madeBy: (who: string, when: string) => `Made by ${who} on ${when}`,
  sharedUntil: (when: string) => `shared with you until ${when}`,
  revoke: "Revoke",
  revokeUntil: (until: string) => `Revoke the link until ${until}`,
};
