// Each snippet of the page "Add a Raspberry Pi", run verbatim: without and with TLS, without and with a key.
import { execFile } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import {
  agentSnippet,
  authoritySnippet,
  checkedInstallSnippet,
  curlSnippet,
  httpSnippet,
  installSnippet,
  mosquittoSnippet,
  mqttSnippet,
  type Sender,
  type Way,
  wayTo,
} from "../../../src/renderer/pages/add-device/snippets.ts";
import type { HubInfo, Installer } from "../../../src/shared/api.ts";
import type { NewDeviceKey } from "../../../src/shared/security/access.ts";
import { AGENT_FOLDER, ensureAgentPackages, PYTHON, TestAgent } from "../../support/agent.ts";
import { makeTemporaryFolder, type TestFolder } from "../../support/hub.ts";
import type { HubInside } from "../../support/hub-inside.ts";
import { ensurePackages } from "../../support/system/apt.ts";
import { startTlsHub, type TlsHub, tlsStatus } from "../../support/tls.ts";
import { until } from "../../support/until.ts";

beforeAll(() => {
  ensureAgentPackages();
  ensurePackages(["python3-requests", "mosquitto-clients", "curl"], "the snippets of the window");
}, 120_000);

/** Runs one in a folder, as a person pastes it. */
function paste(folder: TestFolder, program: "sh" | "python", code: string): Promise<{ code: number; output: string }> {
  const [command, option] = program === "sh" ? ["/bin/sh", "-ec"] : [PYTHON, "-c"];
  return new Promise((resolve) => {
    execFile(command, [option, code], { cwd: folder.path, timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr }),
    );
  });
}

const hubInfo = async (hub: HubInside): Promise<HubInfo> => (await hub.fetch("/api/v1/hub")).json();
const installerOf = async (hub: HubInside): Promise<Installer> =>
  (await hub.fetch("/api/v1/installer?address=127.0.0.1")).json();

async function countOf(hub: HubInside, device: string): Promise<number> {
  const answer = await hub.fetch(`/api/v1/readings?device=${device}&metric=temperature&limit=100`);
  return ((await answer.json()) as { readings: unknown[] }).readings.length;
}

const PROGRAMS = [
  ["paho", "python", mqttSnippet],
  ["requests", "python", httpSnippet],
  ["mosquitto_pub", "sh", mosquittoSnippet],
  ["curl", "sh", curlSnippet],
] as const;

async function keyOf(hub: HubInside, device: string): Promise<NewDeviceKey> {
  return (await hub.fetch(`/api/v1/devices/${device}/key`, { method: "POST", body: "{}" })).json();
}

async function waysOf({ hub }: TlsHub): Promise<Record<"plain" | "tls", Way>> {
  const info = await hubInfo(hub);
  const { httpsPort: _https, mqttsPort: _mqtts, ...withoutTls } = info;
  const status = await tlsStatus(hub);
  return { plain: wayTo("127.0.0.1", withoutTls, status), tls: wayTo("127.0.0.1", info, status) };
}

describe.each(["plain", "tls"] as const)("%s", (kind) => {
  test.each(["without a key", "with a key"])(
    "every program sends its reading, %s",
    { timeout: 90_000 },
    async (with_) => {
      await using tls = await startTlsHub({ agentFolder: AGENT_FOLDER });
      const { hub } = tls;
      using folder = makeTemporaryFolder();
      const way = (await waysOf(tls))[kind];
      expect(way.trust).toBe(kind === "tls" ? "own-authority" : null);
      if (kind === "tls") {
        const { authority } = await installerOf(hub);
        if (authority === undefined) expect.unreachable("no authority");
        expect(await paste(folder, "sh", authoritySnippet(authority))).toMatchObject({ code: 0 });
      }
      for (const [name, program, snippet] of PROGRAMS) {
        const sender: Sender =
          with_ === "with a key" ? await keyOf(hub, `by-${name}`) : { device: `by-${name}`, key: null };
        const ran = await paste(folder, program, snippet(way, sender));
        expect(ran, name).toMatchObject({ code: 0 });
        await until(`the reading of ${name}`, async () => (await countOf(hub, sender.device)) === 1 || undefined);
        if (sender.key === null) continue;
        // It is the key that counts.
        const wrong = await paste(folder, program, snippet(way, { ...sender, key: `${sender.key}x` }));
        expect(wrong.code, `${name} with a wrong key`).not.toBe(0);
      }
    },
  );
});

test("with TLS none of them sends anything to a hub of another authority", { timeout: 90_000 }, async () => {
  await using tls = await startTlsHub();
  await using other = await startTlsHub();
  using folder = makeTemporaryFolder();
  expect(await paste(folder, "sh", `cp ${other.caFile} bramble-ca.pem`)).toMatchObject({ code: 0 });
  const way = (await waysOf(tls)).tls;
  for (const [name, program, snippet] of PROGRAMS) {
    const ran = await paste(folder, program, snippet(way, { device: "pi", key: null }));
    expect(ran.code, name).not.toBe(0);
    expect(ran.output, name).toMatch(/certificate|TLS error/i);
  }
  expect(await countOf(tls.hub, "pi")).toBe(0);
});

test("the installer is fetched and checked; what another hub shows is not taken", { timeout: 60_000 }, async () => {
  await using tls = await startTlsHub({ agentFolder: AGENT_FOLDER });
  using folder = makeTemporaryFolder();
  const installer = await installerOf(tls.hub);
  const harmless = (code: string) =>
    code.replace(/\| sh$/, "| sh -s -- --help").replace(/sh install.sh$/, "sh install.sh --help");
  for (const snippet of [installSnippet, checkedInstallSnippet]) {
    const ran = await paste(folder, "sh", harmless(snippet(installer)));
    expect(ran).toMatchObject({ code: 0, output: expect.stringContaining("Installs Bramble's agent") });
  }
  const forged = { ...installer, authority: { url: installer.authority?.url ?? "", sha256: "0".repeat(64) } };
  const refused = await paste(folder, "sh", harmless(installSnippet(forged)));
  expect(refused.code).not.toBe(0);
  expect(refused.output).not.toContain("Installs");
});

test("the agent takes the lines of its settings", { timeout: 60_000 }, async () => {
  await using tls = await startTlsHub();
  const made = await keyOf(tls.hub, "raspi-01");
  const way = (await waysOf(tls)).plain;
  const reach = `127.0.0.1:${way.mqttPort}:${way.httpPort}`;
  await using agent = new TestAgent(reach, agentSnippet(made));
  await until(`a connection: ${agent.output}`, async () => agent.output.includes("connected to the hub") || undefined);
  const { output } = await agent.command("key");
  expect(output).toBe(`${made.code}\n`);
});
