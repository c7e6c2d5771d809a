// The shortest programs that send a reading to this hub: at its current address, with TLS if it is on, and with the device's key if
// it has one. test/hub/snippets runs each of them verbatim.
import type { HubInfo, Installer } from "../../../shared/api.ts";
import type { TlsStatus } from "../../../shared/security/tls.ts";
import { hostInUrl } from "../../i18n/hub-links.ts";

/** The file that the authority is kept in, as the snippets call it. */
const CA_FILE = "bramble-ca.pem";

/** How a Pi reaches the hub. */
export interface Way {
  /** A name, or a plain address. */
  readonly host: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly basePath: string;
  /** Whom clients are to trust; null without TLS. */
  readonly trust: "own-authority" | "system" | null;
}

/** The properties of the hub that snippets need. */
type HubPorts = Pick<HubInfo, "httpPort" | "mqttPort" | "httpsPort" | "mqttsPort" | "plainPorts" | "basePath">;

/** With TLS where a Pi can make sure of the hub by it, or has no other way. */
export function wayTo(host: string, hub: HubPorts, tls: Pick<TlsStatus, "authority" | "certificate"> | undefined): Way {
  const { httpPort, mqttPort, httpsPort, mqttsPort, plainPorts, basePath = "" } = hub;
  const plain: Way = { host, httpPort, mqttPort, basePath, trust: null };
  if (httpsPort === undefined || mqttsPort === undefined || tls === undefined) return plain;
  const secure = { host, httpPort: httpsPort, mqttPort: mqttsPort, basePath };
  if (tls.authority !== null) return { ...secure, trust: "own-authority" };
  const isTrusted = tls.certificate?.isPublic === true && tls.certificate.names.includes(host);
  return isTrusted || plainPorts !== undefined ? { ...secure, trust: "system" } : plain;
}

/** The device that the programs are for. */
export interface Sender {
  readonly device: string;
  readonly key: string | null;
}

export const EXAMPLE_SENDER: Sender = { device: "raspi-01", key: null };

/** Of the hub's HTTP, without a slash at the end. */
function httpUrl({ host, httpPort, basePath, trust }: Way): string {
  return `${trust === null ? "http" : "https"}://${hostInUrl(host)}:${httpPort}${basePath}`;
}

/** One line, unless a certificate authority has to be trusted: then it is fetched and its checksum compared. */
export function installSnippet({ url, authority }: Installer): string {
  return authority === undefined
    ? `curl -fsS ${url} | sh`
    : `${authoritySnippet(authority)} &&
curl -fsS --cacert ${CA_FILE} ${url} | sh`;
}

export function checkedInstallSnippet({ url, sha256, authority }: Installer): string {
  const fetched = authority === undefined ? "" : `${authoritySnippet(authority)}\n`;
  return `${fetched}curl -fsS ${authority === undefined ? "" : `--cacert ${CA_FILE} `}${url} -o install.sh
echo "${sha256}  install.sh" | sha256sum -c
sh install.sh`;
}

/** The checksum makes the fetch safe over an untrusted connection. */
export function authoritySnippet({ url, sha256 }: NonNullable<Installer["authority"]>): string {
  return `curl -fsSk ${url} -o ${CA_FILE} &&
echo "${sha256}  ${CA_FILE}" | sha256sum -c`;
}

export function mqttSnippet({ host, mqttPort, trust }: Way, { device, key }: Sender = EXAMPLE_SENDER): string {
  const reading = `json.dumps({
    "device_id": "${device}",
    "temperature": 25.5,
    "humidity": 60.3,
})`;
  if (trust === null && key === null)
    return `import json
import paho.mqtt.client as mqtt

client = mqtt.Client()
client.connect("${host}", ${mqttPort})
client.publish("sensor/data", ${reading})`;
  // Closing a TLS connection immediately may lose the last message: `single` waits for the acknowledgement.
  const tls = { "own-authority": `{"ca_certs": "${CA_FILE}"}`, system: "{}" };
  return `import json
import paho.mqtt.publish as publish

publish.single("sensor/data", ${reading}, qos=1, hostname="${host}", port=${mqttPort}${
    key === null ? "" : `,\n    auth={"username": "${device}", "password": "${key}"}`
  }${trust === null ? "" : `,\n    tls=${tls[trust]}`})`;
}

export function httpSnippet(way: Way, { device, key }: Sender = EXAMPLE_SENDER): string {
  const headers = key === null ? "" : `, headers={\n    "Authorization": "Bearer ${key}",\n}`;
  return `import requests

answer = requests.post("${httpUrl(way)}/data", json={
    "device_id": "${device}",
    "temperature": 25.5,
    "humidity": 60.3,
}${headers}${way.trust === "own-authority" ? `, verify="${CA_FILE}"` : ""})
answer.raise_for_status()`;
}

export function curlSnippet(way: Way, { device, key }: Sender = EXAMPLE_SENDER): string {
  const ca = way.trust === "own-authority" ? ` --cacert ${CA_FILE}` : "";
  const authorization = key === null ? "" : `\n  -H "Authorization: Bearer ${key}" \\`;
  return `curl -fsS${ca} ${httpUrl(way)}/data \\${authorization}
  -H "Content-Type: application/json" \\
  -d '{"device_id":"${device}","temperature":25.5}'`;
}

export function mosquittoSnippet({ host, mqttPort, trust }: Way, { device, key }: Sender = EXAMPLE_SENDER): string {
  const tls = { "own-authority": ` --cafile ${CA_FILE}`, system: " --tls-use-os-certs" };
  const credentials = key === null ? "" : `\n  -u ${device} -P ${key} \\`;
  return `mosquitto_pub -h ${host} -p ${mqttPort}${trust === null ? "" : tls[trust]} -q 1 \\${credentials}
  -t sensor/data -m '{"device_id":"${device}","temperature":25.5}'`;
}

/** Lines of bramble-agent.toml. */
export const agentSnippet = ({ device, key }: Sender): string =>
  `device = "${device}"${key === null ? "" : `\nkey = "${key}"`}`;
