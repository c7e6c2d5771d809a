// The installer with TLS: downloaded with the authority that the window pins, which it installs for the agent.
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { Value } from "typebox/value";
import { expect, test } from "vitest";
import { reachableAddress } from "../../../src/hub/transport/http/routes/installer-script.ts";
import type { Installer } from "../../../src/shared/api.ts";
import { TlsStatus } from "../../../src/shared/security/tls.ts";
import { AGENT_FOLDER } from "../../support/agent.ts";
import { authorityOf, DAY_MS, signFor, writePair } from "../../support/certificates.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { changeTls, run, startTlsHub } from "../../support/tls.ts";

const installerOf = async (hub: HubInside, address: string): Promise<Installer> =>
  (await hub.fetch(`/api/v1/installer?address=${address}`)).json();

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("it comes over HTTPS by address and by name, below a path, as the window says what it is checked by", async () => {
  await using tls = await startTlsHub({ agentFolder: AGENT_FOLDER });
  const { hub, ca, httpsPort, mqttsPort } = tls;
  for (const host of ["127.0.0.1", "bramble.local"]) {
    const installer = await installerOf(hub, host);
    const url = `https://${host}:${httpsPort}`;
    expect(installer).toMatchObject({
      url: `${url}/install.sh`,
      authority: { url: `${url}/ca.pem`, sha256: sha256(ca) },
    });
    // As a Pi asks whose resolver knows the name.
    const resolved = ["--resolve", `bramble.local:${httpsPort}:127.0.0.1`];
    const { output: script } = await run("curl", ["-fsS", "--cacert", tls.caFile, ...resolved, installer.url]);
    expect(sha256(script)).toBe(installer.sha256);
    expect(script).toContain(`hub=${url}\n`);
    expect(script).toContain(`"https":"${url}","mqtts_port":${mqttsPort}}'`);
    const pem = /authority="([^"]*)"/.exec(script)?.[1] ?? "";
    expect(new X509Certificate(pem).fingerprint256).toBe(new X509Certificate(ca).fingerprint256);
    execFileSync("sh", ["-n"], { input: script });
  }
  // Also one that is fetched without TLS goes on with it.
  expect(await (await fetch(`http://127.0.0.1:${hub.httpPort}/install.sh`)).text()).toContain(
    `hub=https://127.0.0.1:${httpsPort}\n`,
  );
});

test("the agent is told what is open, and the path that the hub is below", async () => {
  const flags = ["--base-path", "/bramble", "--https-port", "0"];
  await using hub = await startHubInside({ flags, agentFolder: AGENT_FOLDER });
  const body = '{"plainPorts":"closed-but-loopback"}';
  const answer = await (await hub.fetch("/bramble/api/v1/tls", { method: "PATCH", body })).json();
  const { httpsPort, mqttsPort } = Value.Parse(TlsStatus, answer);
  const script = await (await hub.fetch("/bramble/install.sh")).text();
  const url = `https://127.0.0.1:${httpsPort}/bramble`;
  expect(script).toContain(`hub=${url}\n`);
  expect(script).toMatch(new RegExp(`'{"id":"[^"]+","https":"${url}","mqtts_port":${mqttsPort}}'`));
});

test("with a certificate that nobody can check a Pi fetches it as before, as long as it can", async () => {
  await using tls = await startTlsHub({ agentFolder: AGENT_FOLDER });
  const { hub, httpsPort } = tls;
  const good = await signFor(authorityOf(hub), [Date.now() - DAY_MS, Date.now() + DAY_MS]);
  await changeTls(hub, writePair(hub.path, "files", good));
  const plain = await installerOf(hub, "127.0.0.1");
  expect(plain).toEqual({ ...plain, url: `http://127.0.0.1:${hub.httpPort}/install.sh` });
  expect(plain).not.toHaveProperty("authority");
  expect(sha256(await (await fetch(plain.url)).text())).toBe(plain.sha256);
  await changeTls(hub, { plainPorts: "closed-but-loopback" });
  expect((await installerOf(hub, "127.0.0.1")).url).toBe(`https://127.0.0.1:${httpsPort}/install.sh`);
});

test("a name that is not the hub's is none; a proxy on the hub's computer does not make a Pi look at itself", async () => {
  await using tls = await startTlsHub({ agentFolder: AGENT_FOLDER });
  for (const host of ["evil.example", "bramble.local.evil.example", "$(reboot)"])
    expect((await tls.hub.fetch(`/api/v1/installer?address=${encodeURIComponent(host)}`)).status).toBe(400);
  const resolved = ["--resolve", `evil.example:${tls.httpsPort}:127.0.0.1`];
  const asked = [`https://evil.example:${tls.httpsPort}/install.sh`, ...resolved];
  const { output: forged } = await run("curl", ["-fsSk", "-H", "Host: 127.0.0.1", ...asked]);
  expect(forged).toContain("hub=https://127.0.0.1:");
  expect(forged).not.toContain("evil");
  expect(reachableAddress("127.0.0.1", "192.168.1.30", ["192.168.1.20"])).toBe("192.168.1.20");
  expect(reachableAddress("127.0.0.1", "127.0.0.1", ["192.168.1.20"])).toBe("127.0.0.1");
  expect(reachableAddress("::ffff:192.168.1.20", "192.168.1.30", ["10.0.0.1"])).toBe("192.168.1.20");
});
