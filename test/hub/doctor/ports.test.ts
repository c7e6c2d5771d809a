// The program that occupies a port: parsed from system tools, and for real. And whether this hub answers at a port.
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSocketServer, type Server } from "node:net";
import { describe, expect, test } from "vitest";
import { renderFinding } from "../../../src/hub/doctor/finding.ts";
import { checkPortConflicts } from "../../../src/hub/doctor/port-conflicts.ts";
import { describeHolder, findPortHolder } from "../../../src/hub/doctor/port-holder.ts";
import {
  listeningSockets,
  parseLsof,
  parseNetstat,
  parseTasklist,
  programName,
  userName,
} from "../../../src/hub/doctor/port-tables.ts";
import { checkReach } from "../../../src/hub/doctor/reach.ts";
import { realSystem, type System } from "../../../src/hub/doctor/system.ts";
import type { HubInfo } from "../../../src/shared/api.ts";
import { makeTemporaryFolder, runBramble, startTestHub } from "../../support/hub.ts";
import { startPortHog } from "../../support/system/port-hog.ts";

const PROC_NET_TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:075B 00000000:0000 0A 00000000:00000000 00:00000000 00000000   109        0 29312 1 0000000000000000 100 0 0 10 0
   1: 0100007F:075B 0100007F:C3BE 01 00000000:00000000 00:00000000 00000000  1000        0 31044 1 0000000000000000 20 4 30 10 -1
   2: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 20111 1 0000000000000000 100 0 0 10 0
`;
const PROC_NET_TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:075B 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000   109        0 29313 1 0000000000000000 100 0 0 10 0
`;
const LSOF = "p812\ncmosquitto\nf5\np812\ncmosquitto\nf6\n";
const NETSTAT = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN         1044
  TCP    127.0.0.1:1883         127.0.0.1:50412        HERGESTELLT     4312
  TCP    127.0.0.1:11883        0.0.0.0:0              ABHÖREN         77
  TCP    [::]:1883              [::]:0                 ABHÖREN         4312
  UDP    0.0.0.0:1883           *:*                                    99
`;
const TASKLIST = '"mosquitto.exe","4312","Services","0","8,312 K"\r\n';
const NO_TASK = "INFO: No tasks are running which match the specified criteria.\r\n";

describe("what systems print", () => {
  test("Linux: sockets that listen, with their owner", () => {
    expect(listeningSockets(PROC_NET_TCP, 1883)).toEqual([{ inode: "29312", uid: 109 }]);
    expect(listeningSockets(PROC_NET_TCP6, 1883)).toEqual([{ inode: "29313", uid: 109 }]);
    expect(listeningSockets(PROC_NET_TCP, 80)).toEqual([]);
  });

  test.each([
    ["mosquitto\n", "/usr/sbin/mosquitto\0-c\0/etc/mosquitto.conf\0", "mosquitto"],
    ["nginx\n", "nginx: master process /usr/sbin/nginx\0", "nginx"],
    ["MainThread\n", "/usr/bin/node\0--no-warnings\0/srv/node-red/red.js\0", "node red.js"],
    ["python3\n", "python3\0server.py\0", "python3 server.py"],
    ["python3\n", "/usr/bin/python3\0", "python3"],
    ["a-program-with-\n", "/opt/a-program-with-a-long-name\0", "a-program-with-a-long-name"],
    ["kworker\n", "", "kworker"],
  ])("Linux: %j run as %j is called %s", (comm, commandLine, name) => {
    expect(programName(comm, commandLine)).toBe(name);
  });

  test("Linux: users by number", () => {
    const passwd = "root:x:0:0:root:/root:/bin/bash\nmosquitto:x:109:115::/var/lib/mosquitto:/usr/sbin/nologin\n";
    expect(userName(passwd, 109)).toBe("mosquitto");
    expect(userName(passwd, 1000)).toBeNull();
  });

  test("macOS, Windows", () => {
    expect(parseLsof(LSOF)).toEqual({ pid: 812, name: "mosquitto" });
    expect(parseLsof("")).toBeNull();
    expect(parseNetstat(NETSTAT, 1883)).toBe(4312);
    expect(parseNetstat(NETSTAT, 50412)).toBeNull();
    expect(parseTasklist(TASKLIST)).toBe("mosquitto.exe");
    expect(parseTasklist(NO_TASK)).toBeNull();
  });
});

describe("who has a port", () => {
  const answering = (platform: NodeJS.Platform, answers: Readonly<Record<string, string>>): System => ({
    platform,
    readText: async (path) => answers[path] ?? null,
    run: async (command) => {
      const text = answers[command];
      return text === undefined ? null : { ok: true, text };
    },
  });

  test("on macOS and Windows", async () => {
    const mac = answering("darwin", { lsof: LSOF });
    expect(await findPortHolder(1883, mac)).toEqual({ kind: "program", pid: 812, name: "mosquitto" });
    const windows = answering("win32", { netstat: NETSTAT, tasklist: TASKLIST });
    expect(await findPortHolder(1883, windows)).toEqual({ kind: "program", pid: 4312, name: "mosquitto.exe" });
    expect(await findPortHolder(80, windows)).toEqual({ kind: "nobody" });
    const silent = await findPortHolder(1883, answering("darwin", {}));
    expect(silent).toEqual({ kind: "unknown", command: "sudo lsof -nP -iTCP:1883 -sTCP:LISTEN" });
    expect(describeHolder(silent)).toBe("another program");
    expect(await findPortHolder(1883, answering("win32", {}))).toMatchObject({ kind: "unknown" });
    const ended = answering("win32", { netstat: NETSTAT, tasklist: NO_TASK });
    expect(await findPortHolder(1883, ended)).toEqual({ kind: "unknown", command: 'tasklist /FI "PID eq 4312"' });
  });

  if (process.platform === "linux") {
    test("on Linux, for real: the program, nobody, and one of another user", async () => {
      await using hog = await startPortHog(0);
      const { port, pid } = hog;
      expect(await findPortHolder(port)).toEqual({ kind: "program", name: "porthog", pid });
      // As whoever may not look into it sees it: the socket is of nobody here.
      const table = PROC_NET_TCP.replaceAll("29312", "999999999");
      const shut = answering("linux", { "/proc/net/tcp": table, "/etc/passwd": "mosquitto:x:109:115::/:/bin/false\n" });
      const hidden = await findPortHolder(1883, shut);
      expect(hidden).toEqual({ kind: "hidden", user: "mosquitto", command: 'sudo ss -ltnp "sport = :1883"' });
      expect(describeHolder(hidden)).toBe("a program of the user mosquitto");
      await hog[Symbol.asyncDispose]();
      expect(await findPortHolder(port)).toEqual({ kind: "nobody" });
    });

    test("a port that the user named and is taken: the error names the program", async () => {
      await using hog = await startPortHog(0);
      using folder = makeTemporaryFolder();
      const ended = await runBramble([
        "serve",
        "--data",
        folder.path,
        "--http-port",
        "0",
        "--mqtt-port",
        String(hog.port),
      ]);
      expect(ended).toEqual({
        code: 1,
        output: `MQTT port ${hog.port} is taken by porthog (process ${hog.pid}). End it, or name another port.\n`,
      });
    });

    test("a port that the hub had to give up", async () => {
      await using hog = await startPortHog(0);
      const { port, pid } = hog;
      const hub = { httpPort: 8080, mqttPort: port + 1 };
      const byDefault = (number: number) => ({ number, named: false });
      const listening = { httpPort: byDefault(8080), mqttPort: byDefault(port) };
      const [taken] = (await checkPortConflicts(hub, listening, realSystem)).map((finding) =>
        renderFinding(finding, "en"),
      );
      expect(taken).toMatchObject({ state: "wrong", title: `MQTT port ${port} is taken by porthog (process ${pid})` });
      expect(taken?.message).toContain(`This hub uses ${port + 1} instead.`);
      await hog[Symbol.asyncDispose]();
      const free = (await checkPortConflicts(hub, listening, realSystem)).map((finding) =>
        renderFinding(finding, "en"),
      );
      expect(free).toMatchObject([{ state: "hint", title: `MQTT port ${port} is free again` }]);
      expect(await checkPortConflicts({ httpPort: 8080, mqttPort: port }, listening, realSystem)).toMatchObject([
        { state: "fine" },
      ]);
    });
  }
});

describe("what answers at the hub's ports", () => {
  const HUB: HubInfo = {
    hubId: "this-hub",
    name: "desk",
    version: "1",
    httpPort: 0,
    mqttPort: 0,
    addresses: ["127.0.0.1"],
    dataFolder: "/",
    storedBytes: 0,
    disk: "ok",
    joining: "ask",
    notes: [],
  };
  const port = { number: 0, named: false };
  const listening = { host: "127.0.0.1", httpPort: port, mqttPort: port };

  async function listenOn<T extends Server>(server: T): Promise<T & { readonly port: number } & AsyncDisposable> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return Object.assign(server, {
      port,
      [Symbol.asyncDispose]: async () => {
        server.close();
      },
    });
  }

  const reach = async (ports: { readonly mqttPort: number; readonly httpPort: number }) => {
    const options = { listening, isMqttClient: () => false, allows: () => true };
    const checks = (await checkReach({ ...HUB, ...ports }, options)).map((finding) => renderFinding(finding, "en"));
    return checks.map(({ id, state, message }) => `${id} ${state}: ${message}`);
  };

  test("another hub, or another web page, is not the hub", async () => {
    await using other = await startTestHub();
    await using web = await listenOn(createServer((_request, response) => response.end("hello")));
    const another = "At 127.0.0.1 another program answers.";
    for (const httpPort of [other.httpPort, web.port]) {
      expect(await reach({ mqttPort: other.mqttPort, httpPort })).toEqual([
        "network wrong: It was started with --host 127.0.0.1, and listens to this computer alone.",
        `mqtt-port wrong: ${another}`,
        `http-port wrong: ${another}`,
      ]);
    }
  });

  test("nothing answers, or something silent or of another protocol", async () => {
    await using silent = await listenOn(createSocketServer((socket) => socket.on("error", () => undefined)));
    await using strange = await listenOn(
      createSocketServer((socket) => socket.on("error", () => undefined).write("220 mail.example ESMTP\r\n")),
    );
    await using gone = await listenOn(createSocketServer());
    await gone[Symbol.asyncDispose]();
    const answers = await Promise.all([
      reach({ mqttPort: silent.port, httpPort: strange.port }),
      reach({ mqttPort: strange.port, httpPort: silent.port }),
      reach({ mqttPort: gone.port, httpPort: gone.port }),
    ]);
    const [nothing, another] = ["nothing answers within two seconds", "another program answers"];
    expect(answers.map(([, ...ports]) => ports)).toEqual([
      [`mqtt-port wrong: At 127.0.0.1 ${nothing}.`, `http-port wrong: At 127.0.0.1 ${another}.`],
      [`mqtt-port wrong: At 127.0.0.1 ${another}.`, `http-port wrong: At 127.0.0.1 ${nothing}.`],
      [
        "mqtt-port wrong: At 127.0.0.1 connections are refused.",
        "http-port wrong: At 127.0.0.1 connections are refused.",
      ],
    ]);
  });
});
