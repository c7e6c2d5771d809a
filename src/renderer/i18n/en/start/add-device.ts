// The page that connects a device, and the choice of the hub's address there and beside QR codes.

export const addDevice = {
  title: "Add a Raspberry Pi",
  lead: "Run one of these on the Pi; the programs with your own readings in place of the numbers. The device appears here with its first message.",
  recipes: "Recipes for sensors",
  closed: "This hub takes no new devices:",
  closedBy: "it was started with --joining closed.",
  hubUnknown: "The hub’s address is not known.",
  agentUnknown: "The agent’s installer could not be loaded.",
  address: "The Pi reaches this hub at",
  linkAddress: "The hub’s address in it",
  nameHint: (name: string) => `On most networks ${name} does as well as the address, and stays when that changes.`,
  agent: "The agent",
  agentInOneLine: "The agent, in one line",
  agentHint:
    "On Raspberry Pi OS. It says what it will do and asks before it does it, finds this hub by itself from then on, reports how the Pi is, keeps readings while the hub is away, and switches what hangs on its pins.",
  agentTrust:
    "The checksum is of this hub’s authority: the Pi trusts that one alone. Afterwards bramble-agent status shows its fingerprint, which is",
  checkFirst: "Check it first",
  hubId: (id: string) => `This hub’s id is ${id}.`,
  authority: "Trust this hub, before the programs below",
  authorityHint:
    "Once on the Pi, in the folder that the programs run in. Nothing but the file with this checksum is taken.",
  ownAuthority: "This certificate is yours: make the programs trust whoever signed it, if the Pi does not by itself.",
  mqtt: "Python, over MQTT",
  http: "Python, over HTTP",
  mosquitto: "mosquitto_pub",
  curl: "curl",
  agentSettings: "The agent, in /etc/bramble-agent.toml",
  keyTitle: "A key for the device",
  keyHint: "With a key nobody else can send as this device. It is put into the programs below, and shown this once.",
  keyCompulsory:
    "This hub takes nothing without a key: make the device one here, or accept the one that its agent proposes.",
  deviceId: "Id of the device",
  makeKey: "Make a key",
  replacesKey:
    "A device of this id is known: what it sends with the key that it has now, or without one, will be refused.",
  keyMade: (device: string, code: string) =>
    `This is the key of ${device}; its code is ${code}. Leave this page, and it is gone.`,
  key: "Key",
  keyQr: (device: string) => `QR code of the key of ${device}`,
  waiting: "Waiting for the first reading…",
  waitingForNew: "Waiting for a new device…",
  nothingComes: "Nothing comes?",
  seeDoctor: "See whether something is wrong",
  arrived: (name: string) => `${name} is here.`,
  seeReadings: "See its readings",
  refused: (address: string, source: string, time: string, why: string) =>
    `A message from ${address} on ${source} was refused at ${time}: ${why}`,
};
