// The port that is open while a challenge runs.
import { get } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { ChallengeBoard } from "../../../src/hub/reach/acme/challenges.ts";
import { PortChallenge } from "../../../src/hub/reach/acme/port-challenge.ts";
import { listeningServers } from "../../support/system/listening-servers.ts";
import { portOf } from "../../support/system/pebble.ts";

const CHALLENGE = {
  name: "hub.example.org",
  token: "token",
  keyAuthorization: "token.thumbprint",
  makeAlpnCertificate: () => Promise.reject(new Error("not asked for")),
};

test("a connection that cannot be accepted ends nothing: the next one is answered", async () => {
  const board = new ChallengeBoard();
  const port = new PortChallenge({ type: "http-01", board, host: "127.0.0.1", port: 0, served: () => "nowhere" });
  let close: () => Promise<void> = () => Promise.resolve();
  const [server] = await listeningServers(async () => {
    close = await port.respond(CHALLENGE);
  });
  if (server === undefined) return expect.unreachable();
  // As Node does it for want of memory or descriptors.
  server.emit("error", new Error("accept ENOBUFS"));
  const url = `http://127.0.0.1:${portOf(server)}/.well-known/acme-challenge/token`;
  const answer = await new Promise<string>((resolve, reject) => {
    get(url, { agent: false }, (response) => resolve(text(response))).on("error", reject);
  });
  expect(answer).toBe("token.thumbprint");
  await close();
});
