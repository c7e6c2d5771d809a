// `-` in the place of a file: standard input and output, byte for byte.
import { once } from "node:events";
import { createReadStream, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { makeTemporaryFolder, runBramble, spawnBramble, startTestHub, TestHub } from "../../support/hub.ts";

/** Runs `bramble ARGS` with its standard output kept apart, and the file `input` led into it. */
async function runWith(args: readonly string[], env: Readonly<Record<string, string>>, input: string | null = null) {
  const redirected = input === null ? [] : ["sh", "-c", 'input=$1; shift; exec "$@" < "$input"', "sh", input];
  const child = spawnBramble(args, env, redirected);
  const [out, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on("data", (piece: Buffer) => out.push(piece));
  child.stderr?.on("data", (piece: Buffer) => errors.push(piece));
  const [code] = await once(child, "close");
  return { code, bytes: Buffer.concat(out), errors: Buffer.concat(errors).toString() };
}

test("a backup goes through a pipe, is checked there, and comes back", async () => {
  await using hub = await startTestHub();
  using folder = makeTemporaryFolder();
  using temporary = makeTemporaryFolder();
  const env = { TMPDIR: temporary.path };
  expect((await hub.post({ device_id: "pi", t: 1.5 })).status).toBe(200);
  const { code, bytes, errors } = await runWith(["backup", "-", "--data", hub.folder.path], env);
  expect([code, errors]).toEqual([0, expect.stringContaining("all sound")]);
  expect(readdirSync(temporary.path)).toEqual([]);
  expect(existsSync("-")).toBe(false);
  const copy = new Database(bytes, { readonly: true });
  expect(copy.pragma("quick_check", { simple: true })).toBe("ok");
  copy.close();

  const file = join(folder.path, "out.db");
  expect((await runBramble(["backup", file, "--data", hub.folder.path])).code).toBe(0);
  const checked = await runWith(["check", "-"], env, file);
  expect([checked.code, checked.bytes.toString()]).toEqual([0, expect.stringContaining("all sound")]);
  await using other = new TestHub([]);
  const restored = await runWith(["restore", "-", "--data", other.folder.path], env, file);
  expect([restored.code, restored.bytes.toString()]).toEqual([
    0,
    expect.stringContaining("Standard input is restored."),
  ]);
  await other.start();
  expect(await other.json("/api/v1/devices/pi")).toMatchObject({ metrics: [{ name: "t", latest: { value: 1.5 } }] });
  expect(readdirSync(temporary.path)).toEqual([]);
});

test("a backup that cannot be made writes nothing, and standard input that is no backup is refused", async () => {
  using folder = makeTemporaryFolder();
  const none = await runWith(["backup", "-", "--data", folder.path], {});
  expect([none.code, none.bytes.length, none.errors]).toEqual([
    1,
    0,
    expect.stringMatching(/There is no .*bramble\.db\. .*--store URL, or BRAMBLE_STORE/),
  ]);
  const wrong = await runWith(["restore", "-", "--data", folder.path], {}, "package.json");
  expect([wrong.code, wrong.errors]).toEqual([1, expect.stringContaining("cannot be opened")]);
  expect(existsSync(join(folder.path, "bramble.db"))).toBe(false);
});

test("a long answer goes through a pipe to its end", async () => {
  await using hub = await startTestHub();
  const DEVICES = 900;
  expect((await hub.post(Array.from({ length: DEVICES }, (_, n) => ({ device_id: `pi-${n}`, t: n })))).status).toBe(
    200,
  );
  const { code, bytes } = await runWith(["devices", "--json", "--data", hub.folder.path], {});
  expect(code).toBe(0);
  const devices: unknown[] = JSON.parse(bytes.toString());
  expect(devices).toHaveLength(DEVICES);
});

test("a database is not written to a terminal", async () => {
  await using hub = await startTestHub();
  const script = `
import os, pty, sys
status = pty.spawn(sys.argv[1:])
sys.exit(os.waitstatus_to_exitcode(status))`;
  const child = spawnBramble(["backup", "-", "--data", hub.folder.path], {}, ["/usr/bin/python3", "-c", script]);
  let output = "";
  child.stdout?.on("data", (text: Buffer) => {
    output += text;
  });
  const [code] = await once(child, "close");
  expect([code, output]).toEqual([2, expect.stringContaining("no text for a terminal")]);
  expect(output).not.toContain("SQLite format");
});

test("./- is a file of that name", async () => {
  await using hub = await startTestHub();
  using folder = makeTemporaryFolder();
  mkdirSync(join(folder.path, "sub"));
  const file = `${folder.path}/./-`;
  expect((await runBramble(["backup", file, "--data", hub.folder.path])).code).toBe(0);
  const [head] = await once(createReadStream(file, { end: 15 }), "data");
  expect(String(head)).toContain("SQLite format 3");
});
