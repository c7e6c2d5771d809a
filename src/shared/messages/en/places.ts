// Why a hub does not start where it would lose or spoil what it stores.

type Folder = { readonly folder: string };

export const places = {
  "place/network-file-system": ({ folder, fileSystem }: Folder & { readonly fileSystem: string }) =>
    `The data folder ${folder} is on ${fileSystem}, a file system of the network: SQLite’s locks do not hold there, and the database would be damaged. Name a folder on a disk of this computer with --data, and back up to the network with “bramble backup”.`,
  "place/no-volume": ({ folder }: Folder) =>
    `This container has no volume at ${folder}: what is stored would be gone with it. Start it with --volume bramble-data:${folder}, or give the compose file a volume. With BRAMBLE_CONTAINER=no it starts all the same.`,
  "place/foreign-volume": ({ folder, user }: Folder & { readonly user: string }) =>
    `This container’s user may not write to what is mounted at ${folder}, and the hub changes no owner. Give it to that user where the container is started: sudo chown -R ${user} and the name that it has there.`,
  "place/clock-behind": ({ nowMs, lastMs }: { readonly nowMs: number; readonly lastMs: number }) =>
    `The clock of this computer says ${new Date(nowMs).toISOString()}, and the last message came at ${new Date(lastMs).toISOString()}: readings would get wrong times. Set the clock (on Linux: timedatectl set-ntp true), or start once with --trust-clock if it was the earlier time that was wrong.`,
};
