// The shortest programs that send a reading to this hub.
import type { Installer } from "../../../shared/api.ts";

export const installSnippet = ({ url }: Installer): string => `curl -fsS ${url} | sh`;

export const checkedInstallSnippet = ({ url, sha256 }: Installer): string => `curl -fsS ${url} -o install.sh
echo "${sha256}  install.sh" | sha256sum -c
sh install.sh`;

export const mqttSnippet = (address: string, port: number): string => `import json
import paho.mqtt.client as mqtt

client = mqtt.Client()
client.connect("${address}", ${port})
client.publish("sensor/data", json.dumps({
    "device_id": "raspi-01",
    "temperature": 25.5,
    "humidity": 60.3,
}))`;

export const httpSnippet = (address: string, port: number, basePath = ""): string => `import requests

requests.post("http://${address.includes(":") ? `[${address}]` : address}:${port}${basePath}/data", json={
    "device_id": "raspi-01",
    "temperature": 25.5,
    "humidity": 60.3,
})`;
