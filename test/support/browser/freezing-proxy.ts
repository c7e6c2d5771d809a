// A TCP proxy on loopback that can stop passing bytes, as a network does when a cable is pulled or a laptop sleeps: connections
// stay open, and nothing closes them.
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class FreezingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isFrozen = false;

  private constructor(target: number) {
    this.#server = createServer((client) => {
      const hub = connect({ host: "127.0.0.1", port: target });
      this.#join(client, hub);
      this.#join(hub, client);
    });
  }

  /** Passes everything to the port `target` of this computer. */
  static async start(target: number): Promise<FreezingProxy> {
    const proxy = new FreezingProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
    return address.port;
  }

  /** From now on no byte passes, on old connections and new ones. */
  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("data", (bytes) => to.write(bytes));
    from.on("error", () => to.destroy());
    // Of a frozen network the other side learns nothing.
    from.on("close", () => {
      this.#sockets.delete(from);
      if (!this.#isFrozen) to.destroy();
    });
    if (this.#isFrozen) from.pause();
  }
}
