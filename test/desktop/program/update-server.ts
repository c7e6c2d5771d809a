// A web server with a new version of the app, as its makers would put one there. `await using` ends it.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { portOf } from "../../support/system/pebble.ts";

export interface UpdateServerOptions {
  /** 99.0.0 without it. */
  readonly version?: string;
  /** Whether it never sends the end of the new version. */
  readonly holdsFile?: boolean;
}

export class UpdateServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #held: ReadonlySet<ServerResponse>;
  readonly fileName: string;

  private constructor(server: Server, held: ReadonlySet<ServerResponse>, fileName: string) {
    this.#server = server;
    this.#held = held;
    this.fileName = fileName;
  }

  static async start(
    newVersion: Buffer,
    { version = "99.0.0", holdsFile = false }: UpdateServerOptions = {},
  ): Promise<UpdateServer> {
    const fileName = `bramble-${version}-linux-x64.AppImage`;
    const sha512 = createHash("sha512").update(newVersion).digest("base64");
    const file = [`  - url: ${fileName}`, `    sha512: ${sha512}`, `    size: ${newVersion.length}`];
    const feed = [`version: ${version}`, "files:", ...file, `path: ${fileName}`, `sha512: ${sha512}`, ""].join("\n");
    const held = new Set<ServerResponse>();
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://server");
      const body = { "/latest-linux.yml": Buffer.from(feed), [`/${fileName}`]: newVersion }[pathname];
      response.writeHead(body === undefined ? 404 : 200, { "Content-Length": body?.length ?? 0 });
      if (body !== newVersion || !holdsFile) response.end(body);
      else {
        held.add(response);
        response.once("close", () => held.delete(response));
        response.write(body.subarray(0, 1));
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new UpdateServer(server, held, fileName);
  }

  /** Requests for the new version that are waiting for its end. */
  get heldFiles(): number {
    return this.#held.size;
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
