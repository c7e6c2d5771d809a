// `bramble tls`, on a hub that runs.
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { issueCertificate, makeAuthority } from "../../../src/hub/transport/tls/authority.ts";
import { runBramble, TestHub } from "../../support/hub.ts";

test("on, status, ca, files, off: each does what it says, and ends as the help says", async () => {
  const ports = ["--http-port", "0", "--mqtt-port", "0"];
  await using hub = new TestHub([], ports);
  await hub.start();
  const tls = (...args: readonly string[]) => runBramble(["tls", ...args, "--data", hub.folder.path]);
  expect(await tls("status")).toEqual({ code: 0, output: "TLS is off.\n" });
  expect(await tls("ca")).toMatchObject({ code: 1, output: expect.stringContaining("no certificate authority") });
  const on = await tls("on", "--json");
  const status = JSON.parse(on.output);
  expect([on.code, status.mode, status.httpsPort > 0, status.mqttsPort > 0]).toEqual([0, "own", true, true]);
  const ca = await tls("ca");
  expect(new X509Certificate(ca.output).fingerprint256).toBe(status.authority.fingerprint);
  expect((await tls("status")).output).toContain(status.certificate.fingerprint);

  const made = await issueCertificate(await makeAuthority("other", Date.now()), ["hub.example"], Date.now());
  const [cert, key] = [join(hub.folder.path, "c.pem"), join(hub.folder.path, "k.pem")];
  writeFileSync(cert, made.certPem);
  writeFileSync(key, "rubbish");
  expect(await tls("files", cert, key)).toMatchObject({
    code: 2,
    output: expect.stringContaining("holds no private key"),
  });
  writeFileSync(key, made.keyPem);
  expect(await tls("files", cert, key)).toMatchObject({ code: 0, output: expect.stringContaining("hub.example") });
  expect(await tls("off")).toEqual({ code: 0, output: "TLS is off.\n" });

  for (const wrong of [
    ["files", cert],
    ["on", "off"],
    ["burn"],
    ["on", "--plain", "maybe"],
    ["off", "--plain", "open"],
  ])
    expect((await tls(...wrong)).code).toBe(2);
  expect(await tls("--help")).toMatchObject({ code: 0, output: expect.stringContaining("bramble tls files CERT KEY") });
});
