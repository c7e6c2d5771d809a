// Workers, and what a hub keeps while its database server is away.

export const work = {
  "work/no-broker": () => "bramble work takes readings from an outside broker: name it with --broker mqtt://host.",
  "work/no-store": () =>
    "bramble work stores in the database server of a hub: name it with --store postgres://user:password@host/database.",
  "work/no-place": () => "There are 64 workers on this database already. This one waits until one of them ends.",
};
