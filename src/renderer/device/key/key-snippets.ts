// How a device shows its key: in programs, and in the agent's settings.

export function mqttKeySnippet(device: string, key: string): string {
  return `client.username_pw_set(${JSON.stringify(device)}, ${JSON.stringify(key)})`;
}

export function httpKeySnippet(key: string): string {
  return `requests.post(url, json=readings, headers={\n    "Authorization": "Bearer ${key}",\n})`;
}

/** A line of bramble-agent.toml. */
export const agentKeySnippet = (key: string): string => `key = "${key}"`;
