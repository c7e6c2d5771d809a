// The port with TLS of a protocol: the handler of its plain port, behind handshakes.
import { message } from "../../../shared/messages/message.ts";
import { render } from "../../../shared/messages/render.ts";
import type { Port } from "../../config.ts";
import type { AlpnBoard } from "../../reach/acme/alpn-server.ts";
import { type ConnectionHandler, SocketListener } from "../socket-listener.ts";
import { isHttpRequest, type SecureProtocol, type TlsDiagnostics } from "./diagnostics.ts";
import { Handshakes } from "./handshakes.ts";
import type { SecurePort } from "./tls.ts";

export interface SecurePortOptions {
  readonly protocol: SecureProtocol;
  readonly wanted: Port;
  readonly handler: ConnectionHandler;
  readonly plain: SocketListener;
  readonly diagnostics: TlsDiagnostics;
  readonly challenges: AlpnBoard;
}

export function createSecurePort(options: SecurePortOptions): SecurePort {
  const { protocol, wanted, handler, plain, diagnostics, challenges } = options;
  const handshakes = new Handshakes({
    // MQTT clients offer different protocols by ALPN, and need none.
    ...(protocol === "HTTPS" && { protocols: ["http/1.1"], challenges }),
    onFailure: (address, failure) => diagnostics.failed(protocol, address, failure),
    answerOther: (bytes) => (protocol === "HTTPS" && isHttpRequest(bytes) ? PLAIN_HTTP_ANSWER : null),
  });
  const listener = new SocketListener({ name: protocol, handler, secure: handshakes.begin });
  return { protocol, wanted, listener, handshakes, plain };
}

const BODY = JSON.stringify({ error: "bad-request", message: render(message("bad-request/plain-http")) });
const HEAD = [
  "HTTP/1.1 400 Bad Request",
  "Content-Type: application/json; charset=utf-8",
  `Content-Length: ${Buffer.byteLength(BODY)}`,
  "Connection: close",
];
const PLAIN_HTTP_ANSWER = Buffer.from(`${HEAD.join("\r\n")}\r\n\r\n${BODY}`);
