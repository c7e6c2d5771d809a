// The commands for keys, people and the audit log, against a running hub.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ApiKey, AuditEntry, DeviceKey, NewApiKey, OfferedKey } from "../../../src/shared/security/access.ts";
import { runBramble, spawnBramble, startTestHub, type TestHub } from "../../support/hub.ts";
import { until } from "../../support/until.ts";

const PYTHON = "/usr/bin/python3";
const PASSWORD = "correct horse battery";
/** Runs a command on a terminal of so many columns, and types an answer whenever it asks. */
const TERMINAL = `
import fcntl, os, pty, struct, sys, termios
columns, answers, command = int(sys.argv[1]), sys.argv[2].split("|"), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    os.execvp(command[0], command)
printed = b""
while True:
    try:
        chunk = os.read(terminal, 4096)
    except OSError:
        break
    if chunk == b"":
        break
    printed += chunk
    sys.stdout.buffer.write(chunk)
    sys.stdout.flush()
    if printed.endswith((b"password: ", b"again: ")):
        os.write(terminal, answers.pop(0).encode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

const onTerminal = (columns: number, ...answers: readonly string[]) => [
  PYTHON,
  "-c",
  TERMINAL,
  String(columns),
  answers.join("|"),
];
const reading = (file: string) => ["/bin/sh", "-c", 'exec "$@" <"$0"', file];

const onHub = (hub: TestHub, ...args: readonly string[]) => runBramble([...args, "--data", hub.folder.path]);
const within = (hub: TestHub, program: readonly string[], ...args: readonly string[]) =>
  runBramble([...args, "--data", hub.folder.path], {}, program);

/** What a command printed on standard output alone. */
async function printed(hub: TestHub, ...args: readonly string[]): Promise<string> {
  const child = spawnBramble([...args, "--data", hub.folder.path]);
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk;
  });
  const [code] = await once(child, "close");
  expect(code).toBe(0);
  return text;
}

const signIn = async (hub: TestHub, username: string, password: string): Promise<number> => {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ username, password });
  return (await fetch(`${hub.file.http}/api/v1/session`, { method: "POST", headers, body })).status;
};

test("a device's key is created, printed alone, and revoked", { timeout: 60_000 }, async () => {
  await using hub = await startTestHub();
  const key = (await printed(hub, "key", "create", "pi1")).replace(/\n$/, "");
  expect(key).toMatch(/^brk_[\w-]{43}$/);
  const post = async (authorization?: string) =>
    (await hub.post({ device_id: "pi1", t: 1 }, authorization === undefined ? {} : { authorization })).status;
  expect(await post()).toBe(401);
  expect(await post(`Bearer ${key}`)).toBe(200);

  const list = await onHub(hub, "key", "list");
  expect(list.output).toMatch(/^DEVICE +CODE .*\npi1 +[0-9A-Z]{4}-[0-9A-Z]{4} +hub .* counts\n$/);
  expect(await onHub(hub, "key", "revoke", "pi1")).toMatchObject({
    code: 0,
    output: "The key of pi1 counts no more: it is refused until it has a new one.\n",
  });
  expect(await post(`Bearer ${key}`)).toBe(401);
  expect(await post()).toBe(401);
  expect((await onHub(hub, "key", "revoke", "pi1", "--open")).output).toContain("it needs none now");
  expect(await post()).toBe(200);
  expect(await onHub(hub, "key", "revoke", "pi1")).toEqual({ code: 1, output: "pi1 has no key.\n" });
  expect((await onHub(hub, "key", "create", "no id")).code).toBe(2);
});

test("the key that a device has shown is accepted by its code, in capitals or not", { timeout: 60_000 }, async () => {
  await using hub = await startTestHub();
  const own = "a-key-that-the-device-made-itself";
  expect((await hub.post({ device_id: "pi2", t: 1 }, { authorization: `Bearer ${own}` })).status).toBe(200);
  interface Keys {
    readonly keys: readonly DeviceKey[];
    readonly offered: readonly OfferedKey[];
  }
  const listed = async (): Promise<Keys> => JSON.parse(await printed(hub, "key", "list", "--json"));
  const code = (await listed()).offered[0]?.code ?? expect.unreachable("no key was offered");
  expect((await onHub(hub, "key", "list")).output).toMatch(new RegExp(`^pi2 +${code} .*shown, not accepted$`, "m"));
  const wrong = await onHub(hub, "key", "accept", "pi2", "0000-0000");
  expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining(code) });
  expect((await onHub(hub, "key", "accept", "pi2", code.toLowerCase())).code).toBe(0);
  expect(await listed()).toMatchObject({ keys: [{ device: "pi2", code, madeBy: "device" }], offered: [] });
  expect((await hub.post({ device_id: "pi2", t: 2 })).status).toBe(401);
});

test("a program's key has the rights of its role until it is revoked", { timeout: 60_000 }, async () => {
  await using hub = await startTestHub();
  const create = [
    "key",
    "create",
    "--api",
    "grafana",
    "--role",
    "viewer",
    "--rooms",
    "Attic, Cellar",
    "--expires",
    "30",
  ];
  const made: NewApiKey = JSON.parse(await printed(hub, ...create, "--json"));
  expect(made).toMatchObject({ name: "grafana", role: "viewer", rooms: ["Attic", "Cellar"] });
  expect(Math.round(((made.expiresMs ?? 0) - Date.now()) / 86_400_000)).toBe(30);
  const ask = async (path: string) =>
    (await fetch(hub.file.http + path, { headers: { authorization: `Bearer ${made.key}` } })).status;
  expect([await ask("/api/v1/devices"), await ask("/api/v1/people")]).toEqual([200, 403]);
  const keys: ApiKey[] = JSON.parse(await printed(hub, "key", "list", "--api", "--json"));
  expect(keys.map(({ id, name }) => [id, name])).toEqual([[made.id, "grafana"]]);
  const refused = await runBramble(["user", "list", "--url", hub.file.http, "--token", made.key]);
  expect(refused.code).toBe(1);
  expect((await onHub(hub, "key", "revoke", "--api", made.id)).code).toBe(0);
  expect(await ask("/api/v1/devices")).toBe(401);
  expect(await onHub(hub, "key", "revoke", "--api", made.id)).toMatchObject({ code: 1 });
});

test("people are added, changed and removed; passwords come by a file, standard input and a terminal", {
  timeout: 90_000,
}, async () => {
  await using hub = await startTestHub();
  const file = join(hub.folder.path, "password");
  writeFileSync(file, `${PASSWORD}\nnot this\n`);
  const add = ["user", "add", "anna", "--role", "operator"];
  expect((await onHub(hub, ...add, "--password-file", file)).output).toBe("anna may sign in now, as operator.\n");
  expect(await onHub(hub, ...add, "--password-file", file)).toMatchObject({
    code: 1,
    output: expect.stringContaining("“anna” is taken"),
  });
  expect(await signIn(hub, "anna", PASSWORD)).toBe(200);

  writeFileSync(file, "another of anna's");
  expect((await within(hub, reading(file), "passwd", "anna")).output).toBe("anna has a new password.\n");
  expect(await signIn(hub, "anna", PASSWORD)).toBe(401);
  expect(await signIn(hub, "anna", "another of anna's")).toBe(200);

  const typed = await within(hub, onTerminal(80, `${PASSWORD}\r`, `${PASSWORD}\r`), "passwd", "anna");
  expect(typed).toMatchObject({ code: 0, output: expect.stringContaining("anna has a new password.") });
  expect(typed.output).not.toContain(PASSWORD);
  expect(await signIn(hub, "anna", PASSWORD)).toBe(200);
  const different = await within(hub, onTerminal(80, "one of ten letters\r", "two of ten letters\r"), "passwd", "anna");
  expect(different).toMatchObject({ code: 1, output: expect.stringContaining("two different ones") });
  const interrupted = await within(hub, onTerminal(80, "half\x03"), "passwd", "anna");
  expect(interrupted).toMatchObject({ code: 1, output: expect.stringContaining("Interrupted") });
  writeFileSync(file, "short");
  expect(await onHub(hub, "passwd", "anna", "--password-file", file)).toEqual({
    code: 1,
    output: "A password has at least 10 characters.\n",
  });

  expect((await onHub(hub, "user", "role", "anna", "viewer", "--rooms", "Attic")).output).toBe("anna is viewer now.\n");
  expect((await onHub(hub, "user", "list")).output).toMatch(/^anna +viewer +Attic /m);
  expect((await onHub(hub, "user", "role", "anna", "viewer", "--rooms", "")).code).toBe(0);
  expect((await onHub(hub, "user", "list")).output).toMatch(/^anna +viewer +all /m);
  expect((await onHub(hub, "user", "remove", "anna")).code).toBe(0);
  expect(await onHub(hub, "user", "remove", "anna")).toEqual({ code: 1, output: "Nobody is called “anna” here.\n" });
});

test("the audit log is shown newest last, fits a terminal, and is filtered", { timeout: 60_000 }, async () => {
  await using hub = await startTestHub();
  for (const device of ["pi1", "pi2", "pi3"]) await hub.fetch(`/api/v1/devices/${device}/key`, { method: "POST" });
  await hub.post({ device_id: "pi1", t: 1 });
  const entries: AuditEntry[] = JSON.parse(await printed(hub, "audit", "--action", "key.", "--json"));
  expect(entries.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
    "key.create pi1",
    "key.create pi2",
    "key.create pi3",
  ]);
  const last = await onHub(hub, "audit", "--action", "key.", "--limit", "1");
  expect(last.output).toMatch(/^WHEN .*\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +done .* key\.create +pi3 +\S+.*\n$/);
  const csv = await printed(hub, "audit", "--outcome", "refused", "--subject", "pi1", "--csv");
  expect(csv).toMatch(
    /^time,outcome,actor,action,subject,address,details\r\n.*Z,refused,anonymous,.*key-required.*\r\n$/,
  );
  const narrow = await within(hub, onTerminal(60), "audit");
  const widths = narrow.output.split("\r\n").map((line) => line.length);
  expect(Math.max(...widths)).toBe(60);
  expect(narrow.output).toContain("…");
  const nothing = await onHub(hub, "audit", "--actor", "nobody-of-that-name");
  expect(nothing).toEqual({ code: 0, output: "There is nothing of that in the audit log.\n" });
});

test("the audit log is followed until an interrupt", { timeout: 60_000 }, async () => {
  await using hub = await startTestHub();
  const make = (device: string) => hub.fetch(`/api/v1/devices/${device}/key`, { method: "POST" });
  await make("pi1");
  const child = spawnBramble(["audit", "--action", "key.", "--follow", "--json", "--data", hub.folder.path]);
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk;
  });
  const subjects = () => Array.from(text.matchAll(/"subject":"(\w+)"/g), ([, subject]) => subject);
  const reaches = (count: number) => until(`${count} entries`, async () => subjects().length >= count || undefined);
  await reaches(1);
  for (const device of ["pi2", "pi3"]) await make(device);
  await reaches(3);
  await make("pi4");
  await reaches(4);
  child.kill("SIGINT");
  expect(await once(child, "close")).toEqual([0, null]);
  expect(subjects()).toEqual(["pi1", "pi2", "pi3", "pi4"]);
});
