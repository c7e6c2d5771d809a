// The answer of /healthz: the state of each part, and the worst of them for the whole. It is open to all, so its messages contain
// no path.
import type { DiskStatus, Health } from "../../shared/api.ts";
import type { Message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";
import type { StoreStatus } from "../store/store.ts";
import { spoolNote } from "./spool-note.ts";

/** The states of the hub's parts. */
export interface HubState {
  readonly version: string;
  readonly uptimeSeconds: number;
  /** Why the last message could not be stored; null while messages are stored. */
  readonly ingestFailure: string | null;
  /** An error where the store does not answer. */
  readonly store: StoreStatus | Error;
  readonly disk: { readonly status: DiskStatus; readonly freeBytes: number | null };
  readonly mqttClients: number;
  /** Null where there is no outside broker. */
  readonly broker?: { readonly url: string; readonly clients: number | null; readonly problem: Message | null } | null;
  /** What is wrong with the certificate; null where nothing is, or TLS is off. */
  readonly certificateNote: Message | null;
}

export function describeHealth(hub: HubState): Health {
  const store = storeHealth(hub);
  const disk = diskHealth(hub.disk);
  const tls =
    hub.certificateNote === null ? null : { status: "warning" as const, message: render(hub.certificateNote) };
  const broker = hub.broker ? brokerHealth(hub.broker) : null;
  return {
    status: worstOf(store.status, disk.status, [tls?.status, broker?.status].includes("warning")),
    version: hub.version,
    uptimeSeconds: hub.uptimeSeconds,
    store,
    disk,
    mqtt: { status: "ok", clients: hub.mqttClients },
    ...(broker && { broker }),
    ...(tls && { tls }),
  };
}

function worstOf(store: Health["store"]["status"], disk: DiskStatus, hasWarning: boolean): Health["status"] {
  if (store === "failing" || disk === "full") return "failing";
  return store === "warning" || disk === "low" || hasWarning ? "warning" : "ok";
}

/** A hub without its broker is not failing: messages over other transports are stored, and a restart would bring no broker back. */
function brokerHealth({ url, clients, problem }: NonNullable<HubState["broker"]>): NonNullable<Health["broker"]> {
  const about = { url, ...(clients !== null && { clients }) };
  return problem === null ? { status: "ok", ...about } : { status: "warning", ...about, message: render(problem) };
}

function storeHealth({ ingestFailure, store }: HubState): Health["store"] {
  if (ingestFailure !== null) return { status: "failing", message: ingestFailure };
  if (store instanceof Error) return { status: "failing", message: store.message };
  const { damagedParts: damagedChunks, spool } = store;
  if (spool !== undefined)
    return { status: spool.bytes >= spool.maxBytes ? "failing" : "warning", message: render(spoolNote(spool)) };
  if (damagedChunks === 0) return { status: "ok" };
  const what = damagedChunks === 1 ? "1 damaged chunk was" : `${damagedChunks} damaged chunks were`;
  const message = `${what} found in the database since the hub started: what they held is missing from answers.`;
  return { status: "warning", damagedChunks, message };
}

function diskHealth({ status, freeBytes }: HubState["disk"]): Health["disk"] {
  switch (status) {
    case "ok":
      return { status, freeBytes };
    case "low":
      return { status, freeBytes, message: "Less than 2 GB is free on the disk. Under 16 MB nothing more is stored." };
    case "full":
      return { status, freeBytes, message: "The disk is full. Nothing is acknowledged until there is room again." };
  }
}
