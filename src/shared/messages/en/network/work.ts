// Workers, and what a hub keeps while its database server is away.

type Spool = { readonly readings: number; readonly sinceMs: number };
type SpoolSize = { readonly bytes: number; readonly maxBytes: number };

const megabytes = (bytes: number) => Math.ceil(bytes / 1024 / 1024).toLocaleString("en");

export const work = {
  "spool/title": () => "The database server",
  "spool/empty": () => "The database server has every reading that was acknowledged.",
  "spool/waiting": ({ readings, sinceMs, bytes, maxBytes }: Spool & SpoolSize) =>
    `${readings.toLocaleString("en")} readings since ${new Date(sinceMs).toISOString()} are kept on this computer (${megabytes(bytes)} of ${megabytes(maxBytes)} MB) until the database server has them: charts and exports do not show them yet.`,
  "spool/full": ({ readings, maxBytes }: Pick<Spool, "readings"> & Pick<SpoolSize, "maxBytes">) =>
    `The database server is away, and the ${megabytes(maxBytes)} MB that may be kept for it on this computer are full, with ${readings.toLocaleString("en")} readings. Nothing is acknowledged until it is back. Bring it back, or start the hub with a larger --spool.`,

  "work/no-broker": () => "bramble work takes readings from an outside broker: name it with --broker mqtt://host.",
  "work/no-store": () =>
    "bramble work stores in the database server of a hub: name it with --store postgres://user:password@host/database.",
  "work/moved": () =>
    "The data of this database is being moved, or the hub reads it from elsewhere. This worker takes nothing until the hub reads from here.",
  "work/not-shared": () => "The hub takes all readings still. This worker begins when the hub shares them with it.",
  "work/no-place": () => "There are 64 workers on this database already. This one waits until one of them ends.",
};
