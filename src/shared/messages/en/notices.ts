// What the desktop app says itself: in notifications, the tray, the menu and while it saves a file.
import { listed } from "./format.ts";

type Devices = { readonly some: readonly string[]; readonly others: number };

type Folder = { readonly folder: string };

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
  "desktop/tray/hub-down": () => "Bramble: the hub is not running",
  "desktop/leave/what": () => "An import is running in this window.",
  "desktop/leave/about": () => "It ends with the page. What was stored by then stays.",
  "desktop/leave/stay": () => "Go on importing",
  "desktop/leave/leave": () => "End the import",
  "desktop/menu/file": () => "File",
  "desktop/menu/edit": () => "Edit",
  "desktop/menu/view": () => "View",
  "desktop/menu/window": () => "Window",
  "desktop/menu/undo": () => "Undo",
  "desktop/menu/redo": () => "Redo",
  "desktop/menu/cut": () => "Cut",
  "desktop/menu/copy": () => "Copy",
  "desktop/menu/paste": () => "Paste",
  "desktop/menu/delete": () => "Delete",
  "desktop/menu/selectAll": () => "Select all",
  "desktop/menu/reload": () => "Reload",
  "desktop/menu/toggleDevTools": () => "Developer tools",
  "desktop/menu/resetZoom": () => "Actual size",
  "desktop/menu/zoomIn": () => "Zoom in",
  "desktop/menu/zoomOut": () => "Zoom out",
  "desktop/menu/togglefullscreen": () => "Full screen",
  "desktop/menu/minimize": () => "Minimise",
  "desktop/menu/close": () => "Close",
  "desktop/menu/about": () => "About Bramble",
  "desktop/menu/settings": () => "Settings…",
  "desktop/menu/services": () => "Services",
  "desktop/menu/hide": () => "Hide Bramble",
  "desktop/menu/hideOthers": () => "Hide others",
  "desktop/menu/unhide": () => "Show all",
  "desktop/menu/quit": () => "Quit Bramble",
  "desktop/save/title": () => "Save readings",
  "desktop/save/file-title": () => "Save file",
  "desktop/save/no-hub": () => "The hub is not running at the moment.",
  "desktop/save/busy": () => "Another export is being saved. Wait for its end, or cancel it.",
  "desktop/save/hub-stopped": () => "The hub stopped while it was sending. Try again.",
  "desktop/save/takes-none": ({ folder }: Folder) => `The folder ${folder} takes no new file. Save to another folder.`,
  "desktop/save/folder-gone": ({ folder }: Folder) =>
    `The folder ${folder} is not there any more. Save to another folder.`,
  "desktop/save/full": ({ folder }: Folder) =>
    `The disk of ${folder} is full. Free some space there, or save to another disk.`,
  "desktop/save/quota": ({ folder }: Folder) =>
    `You have used up your space on the disk of ${folder}. Free some there, or save to another disk.`,
  "desktop/save/too-large": ({ folder }: Folder) =>
    `The disk of ${folder} takes no file this large. Export a shorter time, or save to another disk.`,
  "desktop/save/forbidden": ({ folder }: Folder) =>
    `You may not write to the folder ${folder}. Save to another folder.`,
  "desktop/save/read-only": ({ folder }: Folder) => `The disk of ${folder} can only be read. Save to another folder.`,
  "desktop/save/is-folder": ({ path }: { readonly path: string }) => `${path} is a folder. Save under another name.`,
  "desktop/save/open-elsewhere": ({ name }: { readonly name: string }) =>
    `${name} is open in another program. Close it there, or save under another name.`,
  "desktop/save/name-too-long": ({ name, folder }: Folder & { readonly name: string }) =>
    `The name ${name} is too long for the disk of ${folder}. Save under a shorter name.`,
  "desktop/save/disk-gone": ({ folder }: Folder) =>
    `The disk of ${folder} does not answer. Is it still connected? Save to another folder.`,
  "desktop/save/failed": ({ folder, reason }: Folder & { readonly reason: string }) =>
    `Writing to the folder ${folder} failed (${reason}). Save to another folder.`,
};
