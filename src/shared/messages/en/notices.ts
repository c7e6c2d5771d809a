// What the desktop app tells people while nobody looks at its window.
import { listed } from "./format.ts";

type Devices = { readonly some: readonly string[]; readonly others: number };

const who = ({ some, others }: Devices) => (others === 0 ? listed(some) : `${some.join(", ")} and ${others} more`);
const many = ({ some, others }: Devices) => some.length + others;

export const notices = {
  "desktop/notice/joining": (devices: Devices) =>
    many(devices) === 1 ? "A device wants to join" : `${many(devices)} devices want to join`,
  "desktop/notice/offline": (devices: Devices) =>
    many(devices) === 1 ? "A device is offline" : `${many(devices)} devices are offline`,
  "desktop/notice/silent": (devices: Devices) =>
    many(devices) === 1 ? "A sensor has gone silent" : `Sensors of ${many(devices)} devices have gone silent`,
  "desktop/notice/failed": (devices: Devices) =>
    many(devices) === 1 ? "Something went wrong on a device" : `Something went wrong on ${many(devices)} devices`,
  "desktop/notice/who": who,
  "desktop/notice/hub-failed": () => "The hub has stopped",
  "desktop/notice/lives-on": () => "Bramble keeps running",
  "desktop/notice/lives-on-in-tray": () =>
    "The hub goes on taking readings. Its icon is in the tray: open the window there, or quit.",
  "desktop/notice/lives-on-without-tray": () =>
    "The hub goes on taking readings. Start Bramble again to open its window.",
  "desktop/tray/open": () => "Open Bramble",
  "desktop/tray/quit": () => "Quit and stop the hub",
  "desktop/tray/attention": ({ count }: { readonly count: number }) =>
    count === 0 ? "Bramble" : `Bramble: ${count} ${count === 1 ? "device needs" : "devices need"} a look`,
};
