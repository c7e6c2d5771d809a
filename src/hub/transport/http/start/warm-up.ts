// The first request of a fresh process is answered by code that V8 has not compiled yet, many times slower. So the hub sends itself
// one at the start.
import { connect } from "node:net";

const REQUESTS = 3;

/** Resolves when it has been answered or has failed: nothing depends on it. */
export async function warmUpHttp(host: string, port: number, basePath: string): Promise<void> {
  for (let request = 0; request < REQUESTS; request++) {
    const socket = connect({ host, port });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    // A failure needs no report: the socket closes.
    socket.on("error", () => undefined);
    // In HTTP/1.0 the end of the connection is the end of the answer. The route is open to all and does not query the store.
    socket.end(`GET ${basePath}/api/v1/doctor/hub-id HTTP/1.0\r\n\r\n`);
    socket.resume();
    await closed;
  }
}
