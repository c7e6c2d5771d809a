// Every sentence of the catalogue, as people read it. A change of one shows in the golden file beside this.
import { expect, test } from "vitest";
import { errorStatus } from "../../src/shared/errors.ts";
import { access } from "../../src/shared/messages/en/access.ts";
import { broker } from "../../src/shared/messages/en/broker.ts";
import { devices } from "../../src/shared/messages/en/devices.ts";
import { diagnostics } from "../../src/shared/messages/en/diagnostics.ts";
import { doctor } from "../../src/shared/messages/en/doctor.ts";
import { http } from "../../src/shared/messages/en/http.ts";
import { ingest } from "../../src/shared/messages/en/ingest.ts";
import { notes } from "../../src/shared/messages/en/notes.ts";
import { places } from "../../src/shared/messages/en/places.ts";
import { proxies } from "../../src/shared/messages/en/proxies.ts";
import { reach } from "../../src/shared/messages/en/reach.ts";
import { tls } from "../../src/shared/messages/en/tls.ts";
import { en } from "../../src/shared/messages/en.ts";

/** Parameters that are more than a text. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  fields: [{ field: "t", said: "NaN" }],
  check: "reach",
  firewall: "ufw",
  holder: { kind: "program", name: "mosquitto", pid: 812 },
  fault: "refused",
  untrusted: "expired",
  notBeforeMs: 1_767_225_600_000,
  notAfterMs: 1_775_001_600_000,
  nowMs: 1_764_633_600_000,
  retryAtMs: 1_767_229_200_000,
  untilMs: 1_767_229_200_000,
  skewMs: 2_592_000_000,
  lastMs: 1_767_225_600_000,
  problems: ["‹problems›"],
  failure: { interfaceName: "eth0", reason: "EACCES" },
};
const QUOTED = ["field", "said"];

/** Stands for any parameters: each reads as its name. Those that a template takes together are quoted ones. */
const named = new Proxy<Record<string, unknown>>(
  {},
  {
    get: (_target, name) => SAMPLES[String(name)] ?? `‹${String(name)}›`,
    ownKeys: () => QUOTED,
    getOwnPropertyDescriptor: (_target, name) => ({ value: `‹${String(name)}›`, enumerable: true, configurable: true }),
  },
);

test("the English is what the golden file says", async () => {
  const sentences = Object.entries<(params: never) => string>(en)
    .map(([code, template]) => `${code}: ${Reflect.apply(template, null, [named])}`)
    .toSorted();
  await expect(`${sentences.join("\n")}\n`).toMatchFileSnapshot("messages.golden.txt");
});

test("no code is there twice, and each error has a sentence", () => {
  const parts = [access, broker, devices, diagnostics, doctor, http, ingest, notes, places, proxies, reach, tls];
  const codes = parts.flatMap((part) => Object.keys(part));
  expect(codes.toSorted()).toEqual(Object.keys(en).toSorted());
  const errors = new Set(codes.map((code) => code.replace(/\/.*/, "")));
  expect(Object.keys(errorStatus).filter((error) => !errors.has(error))).toEqual([]);
});
