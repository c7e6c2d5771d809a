// A web server with a new version of the app, as its makers would put one there. `await using` ends it.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { portOf } from "../../support/system/pebble.ts";

const VERSION = "99.0.0";

export class UpdateServer implements AsyncDisposable {
  readonly #server: Server;
  readonly fileName: string;

  private constructor(server: Server, fileName: string) {
    this.#server = server;
    this.fileName = fileName;
  }

  static async start(newVersion: Buffer): Promise<UpdateServer> {
    const fileName = `bramble-${VERSION}-linux-x64.AppImage`;
    const sha512 = createHash("sha512").update(newVersion).digest("base64");
    const file = [`  - url: ${fileName}`, `    sha512: ${sha512}`, `    size: ${newVersion.length}`];
    const feed = [`version: ${VERSION}`, "files:", ...file, `path: ${fileName}`, `sha512: ${sha512}`, ""].join("\n");
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://server");
      const body = { "/latest-linux.yml": Buffer.from(feed), [`/${fileName}`]: newVersion }[pathname];
      response.writeHead(body === undefined ? 404 : 200, { "Content-Length": body?.length ?? 0 }).end(body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new UpdateServer(server, fileName);
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
