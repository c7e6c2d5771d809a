// The Korean of window and hub: one tone, and one word for each term.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const source = fileURLToPath(new URL("../../src", import.meta.url));
const FILES = [
  "renderer/i18n/ko/**/*.ts",
  "renderer/i18n/settings/{ko,move-ko}.ts",
  "renderer/pages/recipes/data/**/*.ts",
  "shared/messages/ko/**/*.ts",
];

/** Lines with Korean in them, each with the file that has it. */
const lines = FILES.flatMap((pattern) => globSync(pattern, { cwd: source })).flatMap((file) =>
  readFileSync(join(source, file), "utf8")
    .split("\n")
    .filter((line) => /[가-힣]/.test(line))
    .map((line) => `${file}: ${line.trim()}`),
);

test.each([
  // 하세요, 있나요? and 할까요? are of both tones.
  ["ends its sentences in 합니다", /(?:[아어해예에돼워려]|[가-힣](?:줘|봐|와|켜|써))요(?=[.!”"`)]|$)/],
  [
    "calls a Raspberry Pi 라즈베리 파이, and 파이 in short",
    /(?<![\w-])(?:Raspberry Pi(?! OS)|Pi(?=[가는를의에로와도만, ])(?! OS))/,
  ],
  ["calls a device 기기", /(?<!(?:공급|기록|연결된) )장치/],
])("Korean %s", (_, wrong) => {
  expect(lines.length).toBeGreaterThan(1_000);
  expect(lines.filter((line) => wrong.test(line))).toEqual([]);
});
