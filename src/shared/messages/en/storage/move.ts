// A move of the hub's data into a database server, or back: why it is not begun, and what is in its way.
import type { Sentence } from "../../sentence.ts";

type Reason = { readonly reason: Sentence };

export const move = {
  "start/move-unreadable": ({ path, reason }: { readonly path: string; readonly reason: string }) =>
    `${path} says in which database the readings are, and cannot be read: ${reason}. Put it right, or restore it from a backup of the folder.`,
  "start/moved-elsewhere": (params: { readonly folder: string; readonly kept: string; readonly named: string }) =>
    `The data of ${params.folder} was moved to ${params.kept}, and --store names ${params.named}. Leave --store out, or name another folder with --data.`,

  "move-refused": ({ reason }: Reason) => reason,
  "move/running": () => "The data is being moved already, or was. See how it goes with bramble move.",
  "move/none": () => "Nothing is being moved.",
  "move/on-server": () => "The hub reads its data from a database server already.",
  "move/on-file": () => "The hub reads its data from the file in its data folder already.",
  "move/no-restart": () => "This hub cannot start itself again, which switching takes. Start it with bramble serve.",
  "move/another-hub": () =>
    "The database has the data of another hub. Create one for this hub alone, and name it instead.",
  "move/not-equal": () => "The two databases do not have the same yet. They are compared again.",
  "move/spool": () => "Readings still wait on this computer for the database server. They have to be there first.",
  "move/workers": () =>
    "Workers (bramble work) store readings in the database server, which would be missing here. End them first.",
  "move/away": () => "The other database cannot be reached. What it misses is copied when it is back.",
  "move/wrong-password": () =>
    "The database server does not accept this user with this password. Give it its old one back, or end the move and begin it again with the new one: nothing is lost.",
  "move/failed": ({ reason }: Reason) => `It is tried again: ${reason}`,
  "move/more-there": () =>
    "The database there has more readings than this hub: those that this hub does not have are removed there.",
  "move/little-room": () => "The server’s disk has less room than the readings will take.",
};
