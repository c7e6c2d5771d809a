// The command palette: what it can find and do.

export const palette = {
  title: "Find anything",
  placeholder: "A device, a page, something to do",
  found: "What was found",
  nothing: (query: string) => `Nothing is called “${query}”.`,
  action: "do it",
  addDevice: "Add a Raspberry Pi",
  refused: "Refused messages",
  views: { cards: "Show the overview as cards", list: "Show the overview as a list" },
  wall: "Fill the screen with the overview",
  themes: { light: "Switch to light colours", dark: "Switch to dark colours" },
  temperaturesIn: (unit: string) => `Show temperatures in ${unit}`,
  accessSections: {
    devices: "devices",
    people: "people",
    programs: "programs",
    encryption: "encryption",
    clients: "MQTT clients",
    outside: "from outside",
    log: "log",
  },
};
