// Every message of the catalogue as rendered. The golden file shows changes.
import { expect, test } from "vitest";
import { errorStatus } from "../../src/shared/errors.ts";
import { access } from "../../src/shared/messages/en/access.ts";
import { cli } from "../../src/shared/messages/en/cli.ts";
import { devices } from "../../src/shared/messages/en/devices.ts";
import { diagnostics } from "../../src/shared/messages/en/diagnostics.ts";
import { doctor } from "../../src/shared/messages/en/doctor.ts";
import { files } from "../../src/shared/messages/en/files.ts";
import { importing } from "../../src/shared/messages/en/history/import.ts";
import { mend } from "../../src/shared/messages/en/history/mend.ts";
import { timeline } from "../../src/shared/messages/en/history/timeline.ts";
import { http } from "../../src/shared/messages/en/http.ts";
import { ingest } from "../../src/shared/messages/en/ingest.ts";
import { messageLog } from "../../src/shared/messages/en/message-log.ts";
import { broker } from "../../src/shared/messages/en/network/broker.ts";
import { prometheus } from "../../src/shared/messages/en/network/prometheus.ts";
import { proxies } from "../../src/shared/messages/en/network/proxies.ts";
import { reach } from "../../src/shared/messages/en/network/reach.ts";
import { tls } from "../../src/shared/messages/en/network/tls.ts";
import { work } from "../../src/shared/messages/en/network/work.ts";
import { notes } from "../../src/shared/messages/en/notes.ts";
import { notices } from "../../src/shared/messages/en/notices.ts";
import { places } from "../../src/shared/messages/en/places.ts";
import { simulation } from "../../src/shared/messages/en/simulation.ts";
import { start } from "../../src/shared/messages/en/start.ts";
import { backups } from "../../src/shared/messages/en/storage/backups.ts";
import { move } from "../../src/shared/messages/en/storage/move.ts";
import { server } from "../../src/shared/messages/en/storage/server.ts";
import { en } from "../../src/shared/messages/en.ts";
import { withParticles } from "../../src/shared/messages/ko/format.ts";
import { ko } from "../../src/shared/messages/ko.ts";
import { preferredLanguage } from "../../src/shared/messages/language.ts";
import { message } from "../../src/shared/messages/message.ts";
import { loadLanguage, render } from "../../src/shared/messages/render.ts";

/** Parameters that are more than a text. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  modes: ["one", "another"],
  fields: [{ field: "t", value: "NaN" }],
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
  sinceMs: 1_767_225_600_000,
  bytes: 3_000_000,
  maxBytes: 1_073_741_824,
  problems: ["‹problems›"],
  some: ["‹some›", "‹some›"],
  others: 2,
  failure: { interfaceName: "eth0", reason: "EACCES" },
};
const QUOTED = ["field", "value"];

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
  const parts = [
    access,
    backups,
    broker,
    cli,
    devices,
    diagnostics,
    doctor,
    files,
    http,
    importing,
    ingest,
    mend,
    messageLog,
    move,
    notes,
    notices,
    places,
    prometheus,
    proxies,
    reach,
    server,
    simulation,
    start,
    timeline,
    tls,
    work,
  ];
  const codes = parts.flatMap((part) => Object.keys(part));
  expect(codes.toSorted()).toEqual(Object.keys(en).toSorted());
  const errors = new Set(codes.map((code) => code.replace(/\/.*/, "")));
  expect(Object.keys(errorStatus).filter((error) => !errors.has(error))).toEqual([]);
});

test("the Korean says all that the English says but the command line's, with the same parameters", () => {
  expect(Object.keys(ko).toSorted()).toEqual(
    Object.keys(en)
      .filter((code) => !Object.hasOwn(cli, code))
      .toSorted(),
  );
  const english = new Map(Object.entries<(params: never) => string>(en));
  // A list has its parts in common, and what a template takes together says which.
  const parameters = (text: string) => [...text.matchAll(/‹\w+›/g)].map(([name]) => name).toSorted();
  for (const [code, template] of Object.entries<(params: never) => string>(ko)) {
    const text = Reflect.apply(template, null, [named]);
    expect(text, code).not.toContain("undefined");
    const expected = parameters(Reflect.apply(english.get(code) ?? expect.unreachable(code), null, [named]));
    expect([...new Set(parameters(text))], code).toEqual([...new Set(expected)]);
  }
});

test("Accept-Language chooses among the languages, by weight and then by order", () => {
  for (const [header, language] of [
    [undefined, "en"],
    ["*", "en"],
    ["ko", "ko"],
    ["ko-KR,ko;q=0.9,en-US;q=0.8", "ko"],
    ["en;q=0.5, KO-kr", "ko"],
    ["de, en;q=0.9, ko;q=0.8", "en"],
    ["ko;q=0", "en"],
    ["ko;q=x", "en"],
    ["constructor, __proto__", "en"],
    [`${"a,".repeat(1_000)}ko`, "en"],
  ] as const) {
    expect(preferredLanguage(header), header).toBe(language);
  }
});

test("another language is rendered once it is loaded, sentences within it as well", async () => {
  const failure = message("start/flags", { problem: message("flag/host", { value: "x" }) });
  await loadLanguage("ko");
  expect(render(failure, "ko", "desktop")).toBe(
    "--host에는 “x”이(가) 아니라 IP 주소를 지정하세요. 그 옵션 없이, 또는 올바른 값으로 Bramble을 시작하세요.",
  );
  expect(render(message("cli/one-file"), "ko")).toBe("It takes one file.");
});

test("a Korean particle follows the sound before it, where that is known", () => {
  for (const [written, read] of [
    ["온실이(가) 와 파이을(를)", "온실이 와 파이를"],
    ["“raspi-1”은(는) raspi-2은(는)", "“raspi-1”은 raspi-2는"],
    ["서울(으)로 8080(으)로 7(으)로 거실(으)로 방(으)로", "서울로 8080으로 7로 거실로 방으로"],
    ["허브과(와) 방와(과) 파이(이)라는", "허브와 방과 파이라는"],
    ["MQTT이(가) TCP(으)로 SQL은(는)", "MQTT가 TCP로 SQL은"],
    ["greenhouse이(가) X이(가)", "greenhouse이(가) X이(가)"],
  ] as const)
    expect(withParticles(written)).toBe(read);
});

test("the desktop's window advises nothing that takes a command line, and has the same parameters", () => {
  const variants = Object.entries<(params: never) => string>(en).filter(([code]) => code.endsWith("/desktop"));
  expect(variants.length).toBeGreaterThan(8);
  for (const [code, template] of variants) {
    expect(Object.hasOwn(en, code.replace(/\/desktop$/, "")), code).toBe(true);
    expect(Reflect.apply(template, null, [named]), code).not.toMatch(/--data|--help|bramble |undefined/);
  }
});

test("a sentence within a sentence is rendered with it, for the same place", () => {
  const problem = message("flag/port", { flag: "http-port", value: "8o8o" });
  const failure = message("start/flags", { problem });
  expect(render(failure)).toBe("--http-port takes a port from 0 to 65535, not “8o8o”. See bramble serve --help.");
  expect(render(failure, "en", "desktop")).toBe(
    "--http-port takes a port from 0 to 65535, not “8o8o”. Start Bramble without that flag, or with a right one.",
  );
});
