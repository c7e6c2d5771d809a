// The servers that begin to listen while something is done, wherever they are made.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Server } from "node:net";

const LISTENING = "tracing:net.server.listen:asyncEnd";

export async function listeningServers(act: () => Promise<void>): Promise<Server[]> {
  const servers: Server[] = [];
  const note = (event: unknown) => {
    if (typeof event === "object" && event !== null && "server" in event && event.server instanceof Server)
      servers.push(event.server);
  };
  subscribe(LISTENING, note);
  try {
    await act();
  } finally {
    unsubscribe(LISTENING, note);
  }
  return servers;
}
