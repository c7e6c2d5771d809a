// `bramble tls`: whether the hub has ports with TLS, and which certificate they show. It is changed while the hub runs.
import { resolve } from "node:path";
import { Misuse, parseArguments } from "../../hub/arguments.ts";
import { message } from "../../shared/messages/message.ts";
import { type TlsChange, TlsStatus } from "../../shared/security/tls.ts";
import { ask, askJson, findHub, type HubAddress, hubOptionLines, hubOptions } from "../hub-client.ts";
import { runCommand } from "../run-command.ts";
import { optionLines } from "../table.ts";

const help = `bramble tls: HTTPS and MQTT over TLS, on ports of their own.

  bramble tls status              ports, certificate and fingerprints
  bramble tls on                  with certificates of the hub's own authority, which devices are given
  bramble tls files CERT KEY      with a certificate that you have, in PEM; it is read again when the files change
  bramble tls off                 closes the ports with TLS
  bramble tls ca                  prints the hub's own authority, for devices to trust: bramble tls ca > ca.pem

${optionLines([
  ["--plain open|closed", "on, files: are the ports without TLS open to the network beside it? (as before)"],
  ["--json", "prints JSON"],
  ...hubOptionLines,
])}

Ports without TLS that are closed to the network stay open to the hub's own computer: its app and these commands use them.
Ends with 0 when it is done, with 1 when the hub says no or cannot be asked, and with 2 when an argument is wrong.`;

const PLAIN = { open: "open", closed: "closed-but-loopback" } as const;
const PATH = "/api/v1/tls";

/** Resolves with the exit code. */
export const tls = (args: readonly string[]): Promise<number> =>
  runCommand("tls", async () => {
    const own = { plain: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } } as const;
    const options = { ...hubOptions, ...own };
    const { values, positionals } = parseArguments({ args: [...args], options, allowPositionals: true });
    if (values.help) {
      console.log(help);
      return 0;
    }
    const [action = "status", ...files] = positionals;
    const change = changeOf(action, files, plainOf(values.plain));
    const hub = findHub(values);
    if (action === "ca") {
      process.stdout.write(await (await ask(hub, "/ca.pem")).text());
      return 0;
    }
    const status = await statusAfter(hub, change);
    console.log(values.json ? JSON.stringify(status, null, 2) : asText(status));
    return 0;
  });

/** Null where nothing is to be changed. Throws `Misuse` where the words do not fit. */
function changeOf(action: string, files: readonly string[], plain: TlsChange): TlsChange | null {
  const [certFile = "", keyFile = ""] = files;
  if (action === "files") {
    if (files.length !== 2 || files.includes("")) throw new Misuse(message("cli/tls-files"));
    return { mode: "files", certFile: resolve(certFile), keyFile: resolve(keyFile), ...plain };
  }
  if (files.length > 0) throw new Misuse(message("cli/no-more-words", { action }));
  if (action === "on") return { mode: "own", ...plain };
  if (plain.plainPorts !== undefined) throw new Misuse(message("cli/tls-plain"));
  if (action === "off") return { mode: "off" };
  if (action === "status" || action === "ca") return null;
  throw new Misuse(message("cli/none-of", { value: action, choices: "status, on, off, files, ca", meant: "" }));
}

function plainOf(text: string | undefined): TlsChange {
  if (text === undefined) return {};
  if (text === "open" || text === "closed") return { plainPorts: PLAIN[text] };
  throw new Misuse(message("cli/choice", { flag: "plain", choices: "open or closed", value: text }));
}

function statusAfter(hub: HubAddress, change: TlsChange | null): Promise<TlsStatus> {
  return change === null
    ? askJson(hub, PATH, TlsStatus)
    : askJson(hub, PATH, TlsStatus, { method: "PATCH", body: change });
}

function asText(status: TlsStatus): string {
  const { mode, certificate, authority, httpsPort, mqttsPort, plainPorts, problems } = status;
  if (mode === "off") return "TLS is off.";
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const lines: [string, string][] = [
    ["mode", mode],
    ["ports", httpsPort === 0 ? "closed" : `HTTPS ${httpsPort}, MQTTS ${mqttsPort}`],
    ["without TLS", plainPorts === "open" ? "open" : "open to this computer alone"],
  ];
  if (certificate !== null)
    lines.push(
      ["certificate", `good until ${day(certificate.notAfterMs)}, signed by ${certificate.issuer}`],
      ["names", certificate.names.join(", ")],
      ["fingerprint", certificate.fingerprint],
    );
  if (authority !== null)
    lines.push(["authority", `${authority.name}, until ${day(authority.notAfterMs)}`], ["", authority.fingerprint]);
  for (const problem of problems) lines.push(["problem", problem]);
  return lines.map(([name, text]) => `${name.padEnd(13)}${text}`).join("\n");
}
