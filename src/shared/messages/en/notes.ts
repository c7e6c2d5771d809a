// Notes for the person at the hub: what differs from the configuration, and what devices must be told.

export const notes = {
  "note/port-moved": ({
    protocol,
    wanted,
    port,
  }: {
    readonly protocol: string;
    readonly wanted: number;
    readonly port: number;
  }) => `${protocol} port ${wanted} is taken by another program: this hub uses ${port}. Devices must be told.`,
  "note/name-taken": ({ wanted, name }: { readonly wanted: string; readonly name: string }) =>
    `Another machine is called ${wanted}: this hub is ${name}. Devices must be told.`,
};
