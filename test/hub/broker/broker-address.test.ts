// Parsing of --broker, and its error messages, which never contain the password.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ConfigResult, readConfig } from "../../../src/hub/config.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";

const configOf = (read: ConfigResult) => {
  if (read.kind !== "config") throw new Error(JSON.stringify(read));
  return read.config;
};
const brokerOf = (url: string, env: Readonly<Record<string, string>> = {}) =>
  configOf(readConfig(["--broker", url], env)).broker;

test("the port follows from the protocol, and credentials are apart from what is shown", () => {
  expect(brokerOf("mqtt://broker.example")).toMatchObject({
    url: "mqtt://broker.example:1883",
    isTls: false,
    username: null,
    password: null,
  });
  expect(brokerOf("mqtts://hub:p%40ss@[fd00::5]:9883")).toEqual({
    url: "mqtts://[fd00::5]:9883",
    isTls: true,
    host: "fd00::5",
    port: 9883,
    username: "hub",
    password: "p@ss",
    ca: null,
  });
});

test("the password comes from the environment or a file", () => {
  using folder = makeTemporaryFolder();
  const file = join(folder.path, "secret");
  writeFileSync(file, "from-file\n");
  expect(brokerOf("mqtt://hub@b", { BRAMBLE_BROKER_PASSWORD: "from-env" })?.password).toBe("from-env");
  expect(brokerOf("mqtt://hub@b", { BRAMBLE_BROKER_PASSWORD_FILE: file })?.password).toBe("from-file");
  expect(configOf(readConfig([], { BRAMBLE_BROKER: "mqtt://hub@b" })).broker?.username).toBe("hub");
});

test.each([
  ["http://b", "flag/broker"],
  ["broker.example", "flag/broker"],
  ["mqtt://", "flag/broker"],
  ["mqtt://hub:hush@b/topic", "flag/broker/path"],
  ["mqtt://:hush@b", "flag/broker/password-without-user"],
  ["mqtt://hub:hush%@b", "flag/broker/percent"],
])("%s is refused in words", (url, code) => {
  const read = readConfig(["--broker", url], {});
  expect(read).toMatchObject({ kind: "wrong", reason: { code } });
  expect(JSON.stringify(read)).not.toContain("hush");
});

test("an authority is for TLS, and a file that is not there is named", () => {
  const wrong = (...args: string[]) => readConfig(args, {});
  expect(wrong("--broker", "mqtt://b", "--broker-ca", "/nowhere/ca.pem")).toMatchObject({
    reason: { code: "flag/broker/ca-without-tls" },
  });
  expect(wrong("--broker", "mqtts://b", "--broker-ca", "/nowhere/ca.pem")).toMatchObject({
    reason: { code: "flag/unreadable-file", params: { flag: "--broker-ca", path: "/nowhere/ca.pem" } },
  });
});

test("a broker on this computer has its port to itself, even before it is started", () => {
  const portOf = (...args: string[]) => configOf(readConfig(args, {})).mqttPort;
  expect(portOf("--broker", "mqtt://localhost")).toEqual({ number: 1884, named: false });
  expect(portOf("--broker", "mqtt://127.0.0.1:1899")).toEqual({ number: 1883, named: false });
  expect(portOf("--broker", "mqtt://192.168.1.5")).toEqual({ number: 1883, named: false });
  expect(portOf("--broker", "mqtt://localhost", "--mqtt-port", "1883")).toEqual({ number: 1883, named: true });
});
