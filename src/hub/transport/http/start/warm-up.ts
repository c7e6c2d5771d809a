// The first request of a fresh process would be answered by code that the engine has not compiled yet, many times slower.
// So the hub asks itself, before anybody else does.
import { connect } from "node:net";

const REQUESTS = 3;

/** Resolves when it has been answered, or cannot be: nothing depends on it. */
export async function warmUpHttp(host: string, port: number, basePath: string): Promise<void> {
  for (let request = 0; request < REQUESTS; request++) {
    const socket = connect({ host, port });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    // A failure needs no report: the socket closes.
    socket.on("error", () => undefined);
    // In HTTP/1.0 the end of the connection is the end of the answer. It is open to all: nothing is refused, and nothing is
    // asked of the store.
    socket.end(`GET ${basePath}/api/v1/doctor/hub-id HTTP/1.0\r\n\r\n`);
    socket.resume();
    await closed;
  }
}
