// “Outgrow this PC” in the settings.

export const move = {
  title: "Outgrow this PC",
  hint: "Moves the data into PostgreSQL, MySQL or MariaDB while devices go on sending. Both databases get what comes, so that you can come back without losing anything. Create an empty database, and a user that owns it, first.",
  address: "Address of the database",
  look: "See what it takes",
  looking: "Asking the server …",
  begin: "Begin copying",
  toCopy: "To copy",
  roomThere: "Room there",
  estimated: (bytes: string) => `about ${bytes} are needed;`,
  free: (bytes: string) => `${bytes} are free.`,
  freeUnknown: "the server does not say how much is free.",
  duration: "It takes about",
  continued: "The database has this hub’s data from an earlier move: it is compared, reading by reading.",

  onServer: "The data is in a database server",
  serverHint: "The hub was started with --store. It can bring the data into a file in its data folder.",
  copied: (done: string, total: string) => `${done} of ${total} readings are copied.`,
  backTo: (date: string) => `Everything since ${date} is there.`,
  left: (duration: string) => `About ${duration} left.`,
  comparing: "Comparing both databases …",
  ready: "Both databases have the same, and both get what comes.",
  switched: "The hub reads from the server. The file gets what comes, too, so that you can go back.",
  compared: (readings: string, series: string) => `${readings} readings of ${series} metrics were compared.`,
  until: (date: string) => `That ends on ${date}.`,
  switching: "Reading is being switched; the hub starts again in a moment …",
  finished: "The move is over. The file in the data folder is out of date, and may be removed.",
  pending: "One moment …",
  stop: "Stop",
  actions: { switch: "Read from the server", back: "Go back to the file", end: "End writing to both" },
  questions: {
    switch: "Read from the server from now on?",
    back: "Read from the file again?",
    end: "Write to one database alone?",
  },
  explanations: {
    switch:
      "Both are compared once more, then the hub starts again on the server. Devices reconnect by themselves, and send what was not acknowledged. For 30 days the file gets what comes, too: you can go back.",
    back: "The file is brought up to date and compared, then the hub starts again on it. Devices reconnect by themselves.",
    end: "The database that is not read gets nothing from now on. It is left as it is, and going back to it means copying again.",
  },
};
