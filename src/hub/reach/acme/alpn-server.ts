// Answers TLS-ALPN-01 (RFC 8737): a client that offers the protocol `acme-tls/1` and names a host for which a challenge runs gets
// the certificate of the challenge, and nothing else. It does not listen itself: it gets connections.
import { createSecureContext, createServer, type Server } from "node:tls";
import type { ChallengeBoard } from "./challenges.ts";

const ACME_ALPN_PROTOCOL = "acme-tls/1";
/** As it stands in a ClientHello: behind its length (RFC 7301, section 3.1). */
const OFFERED_PROTOCOL = Buffer.from(
  `${String.fromCharCode(ACME_ALPN_PROTOCOL.length)}${ACME_ALPN_PROTOCOL}`,
  "latin1",
);
const CONNECTION_TIMEOUT_MS = 10_000;

export type AlpnBoard = Pick<ChallengeBoard, "alpnContext">;

/** Whether the beginning of a connection is that of a directory; a name of a host cannot hold these bytes, which have a slash. */
export function offersChallenge(hello: Buffer): boolean {
  return hello.includes(OFFERED_PROTOCOL);
}

/** The directory ends the connection as soon as it has seen the certificate. */
export function createAlpnServer(board: AlpnBoard): Server {
  const server = createServer(
    {
      ALPNProtocols: [ACME_ALPN_PROTOCOL],
      handshakeTimeout: CONNECTION_TIMEOUT_MS,
      SNICallback: (servername, done) => {
        const pair = board.alpnContext(servername);
        if (pair === null) done(new Error("no challenge for this name"));
        else done(null, createSecureContext({ cert: pair.certPem, key: pair.keyPem }));
      },
    },
    (socket) => socket.destroy(),
  );
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}
