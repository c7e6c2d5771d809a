// Whether the hub's certificate is valid now, and whether the ports with TLS present it.
import { connect } from "node:tls";
import { type Message, message } from "../../../shared/messages/message.ts";
import type { TlsStatus } from "../../../shared/security/tls.ts";
import { certificateNote } from "../../observe/certificate-note.ts";
import type { Finding } from "../finding.ts";

const PROBE_TIMEOUT_MS = 2_000;

/** `status` is null in a hub without TLS; `host` reaches its ports from this computer. */
export async function checkCertificate(status: TlsStatus | null, host: string, nowMs: number): Promise<Finding[]> {
  if (status === null || status.mode === "off") return [];
  const { certificate, httpsPort, mqttsPort } = status;
  const ports = [
    { id: "https-port", protocol: "HTTPS", port: httpsPort },
    { id: "mqtts-port", protocol: "MQTTS", port: mqttsPort },
  ];
  const answers = certificate === null ? [] : ports.map((one) => checkPort(one, host, certificate.fingerprint));
  return [certificateFinding(status, nowMs), ...(await Promise.all(answers))];
}

function certificateFinding(status: TlsStatus, nowMs: number): Finding {
  const { certificate, problems } = status;
  const id = "certificate";
  const problem = message("certificate/problem/message", { problems });
  if (certificate === null) {
    const none = message("certificate/none/message");
    return {
      id,
      state: "wrong",
      title: message("certificate/none/title"),
      message: problems.length > 0 ? problem : none,
    };
  }
  const { notAfterMs: untilMs } = certificate;
  if (certificateNote(status, nowMs) !== null) {
    const isOver = untilMs <= nowMs;
    const title: Message<"certificate/expired/title" | "certificate/expires/title"> = isOver
      ? message("certificate/expired/title", { untilMs })
      : message("certificate/expires/title", { untilMs });
    const found = problems.length > 0 ? problem : message("certificate/expiry/message");
    return {
      id,
      state: isOver ? "wrong" : "hint",
      title,
      message: found,
      remedy: message("certificate/expiry/remedy"),
    };
  }
  if (problems.length > 0) return { id, state: "hint", title: message("certificate/problem/title"), message: problem };
  const names = certificate.names.slice(0, MAX_SHOWN_NAMES);
  const fine = message("certificate/fine/message", { names });
  return { id, state: "fine", title: message("certificate/fine/title", { untilMs }), message: fine };
}

const MAX_SHOWN_NAMES = 5;

interface Probed {
  readonly id: string;
  readonly protocol: string;
  readonly port: number;
}

async function checkPort({ id, protocol, port }: Probed, host: string, fingerprint: string): Promise<Finding> {
  const shown = port === 0 ? null : await shownFingerprint(host, port);
  if (shown === fingerprint) {
    const title = message("port/answers/title", { protocol, port });
    return { id, state: "fine", title, message: message("port/answers/message", { addresses: [host] }) };
  }
  const [another, closed] = shown === null ? [[], [host]] : [[host], []];
  return {
    id,
    state: "wrong",
    title: message("port/fails/title", { protocol, port }),
    message: message("port/fails/message", { another, closed, silent: [] }),
    remedy: message("port/unreachable/remedy"),
  };
}

/** Of the certificate that a port presents; null where it presents none. It is not verified here. */
function shownFingerprint(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: PROBE_TIMEOUT_MS }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? null);
      socket.destroy();
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(null));
  });
}
