// A TCP relay between devices and a hub that breaks connections at random byte offsets.
import { connect, createServer, type Server, type Socket } from "node:net";
import { listen } from "../../../src/hub/transport/ports.ts";

/** Of the connections; the others hold. */
const BREAKING_SHARE = 0.3;
/** After which one breaks, counted in both directions. */
const BYTES = { least: 1, most: 4_000 };

export class FlakyLink implements AsyncDisposable {
  readonly #hubPort: number;
  readonly #chance: () => number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isMended = false;

  constructor(hubPort: number, chance: () => number) {
    this.#hubPort = hubPort;
    this.#chance = chance;
    this.#server = createServer({ noDelay: true }, (socket) => this.#connect(socket));
  }

  /** Resolves with the port at which devices find the hub. */
  start(): Promise<number> {
    return listen(this.#server, "127.0.0.1", { number: 0, named: true }, "cable");
  }

  /** New connections hold from now on. */
  mend(): void {
    this.#isMended = true;
  }

  #connect(device: Socket): void {
    const hub = connect({ port: this.#hubPort, host: "127.0.0.1", noDelay: true });
    const breaks = !this.#isMended && this.#chance() < BREAKING_SHARE;
    let bytesLeft = breaks ? BYTES.least + Math.floor(this.#chance() * BYTES.most) : Number.POSITIVE_INFINITY;
    for (const [from, to] of [
      [device, hub],
      [hub, device],
    ] as const) {
      this.#sockets.add(from);
      from.on("error", () => undefined);
      from.on("data", (chunk) => {
        const passed = chunk.subarray(0, Math.min(chunk.length, bytesLeft));
        bytesLeft -= passed.length;
        if (bytesLeft > 0) to.write(passed);
        // What is on its way still arrives; the rest never does.
        else to.write(passed, () => to.destroy());
        if (bytesLeft <= 0) from.destroy();
      });
      from.on("end", () => to.end());
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
