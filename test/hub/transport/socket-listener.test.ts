// A listener that is restricted to this computer, and opened again, while other programs take its port.
import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { Admission } from "../../../src/hub/access/limits/admission.ts";
import { Networks } from "../../../src/hub/access/networks.ts";
import { TrustedProxies } from "../../../src/hub/access/trusted-proxies.ts";
import { listen } from "../../../src/hub/transport/ports.ts";
import { SocketListener } from "../../../src/hub/transport/socket-listener.ts";
import { listeningServers } from "../../support/system/listening-servers.ts";
import { until } from "../../support/until.ts";

const ANY_PORT = { number: 0, named: true };
/** Of this computer, and not the one to which a listener is restricted. */
const OUTSIDE = "127.0.0.2";

class Listening implements AsyncDisposable {
  readonly listener = new SocketListener({
    name: "HTTP",
    handler: {
      admission: new Admission({
        networks: new Networks([]),
        proxies: new TrustedProxies([]),
        isLimited: true,
        isShortOfMemory: () => false,
      }),
      preamble: () => null,
      notAdmitted: (address) => expect.unreachable(address),
      take: (socket) => socket.resume().end("here"),
    },
  });

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listener.close();
  }
}

/** What a client gets; rejects where nobody listens. */
function answerAt(host: string, port: number): Promise<string> {
  return text(connect({ host, port }));
}

function closeServer(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve));
}

test("a port that another program has outside stays as it was, until it is free there", async () => {
  await using listening = new Listening();
  const { listener } = listening;
  const port = await listener.listen("0.0.0.0", ANY_PORT);
  await listener.restrict(true);
  const other = createServer().listen(port, OUTSIDE);
  await once(other, "listening");
  await expect(listener.restrict(false)).rejects.toThrow(/taken/);
  expect(listener.port).toBe(port);
  expect(await answerAt("127.0.0.1", port)).toBe("here");
  await closeServer(other);
  await listener.restrict(false);
  expect(await answerAt(OUTSIDE, port)).toBe("here");
});

test("a port that another program takes meanwhile is listened on again once it is free", async () => {
  await using listening = new Listening();
  const { listener } = listening;
  const port = await listener.listen("0.0.0.0", ANY_PORT);
  const restricting = listener.restrict(true);
  // Without a host it has the port at once; the listener looks up its own first.
  const other = createServer().listen(port);
  await expect(restricting).rejects.toThrow(/taken/);
  expect(listener.port).toBe(0);
  await closeServer(other);
  await until("it listens again", async () => (listener.port === port ? true : undefined));
  expect(await answerAt(OUTSIDE, port)).toBe("here");
});

test("a connection that cannot be accepted ends nothing", async () => {
  await using listening = new Listening();
  const { listener } = listening;
  const servers = await listeningServers(async () => {
    await listener.listen("127.0.0.1", ANY_PORT);
  });
  // As Node does it for want of memory or descriptors.
  for (const server of servers) server.emit("error", new Error("accept ENOBUFS"));
  expect(servers).toHaveLength(1);
  expect(await answerAt("127.0.0.1", listener.port)).toBe("here");
});

test("each port that was tried leaves nothing at the server", async () => {
  await using taken = new Listening();
  const port = await taken.listener.listen("127.0.0.1", ANY_PORT);
  const server = createServer();
  await expect(listen(server, "127.0.0.1", { number: port, named: true }, "HTTP")).rejects.toThrow(/taken/);
  expect(server.listenerCount("listening")).toBe(0);
});
