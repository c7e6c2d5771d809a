// What resources/deploy says is what the hub understands: flags, ports, topics and figures are those of the real one.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readConfig, serveHelp } from "../../../src/hub/config.ts";
import {
  composeFiles,
  deployFile,
  parseYaml,
  readCompose,
  readDeployFile,
  type Service,
  substitute,
  variablesOf,
} from "../../support/deploy.ts";
import { startTestHub } from "../../support/hub.ts";
import { ensurePackages } from "../../support/system/apt.ts";

const VALUES = {
  BRAMBLE_DOMAIN: "hub.example",
  ACME_EMAIL: "someone@hub.example",
  BRAMBLE_STORE_PASSWORD: "storesecret",
  BRAMBLE_BROKER_PASSWORD: "brokersecret",
  GRAFANA_PASSWORD: "grafanasecret",
};
/** Variables of the hub that are no flags. */
const NO_FLAGS = ["BRAMBLE_BROKER_PASSWORD", "BRAMBLE_BROKER_PASSWORD_FILE", "BRAMBLE_TOKEN"];

const services = composeFiles.flatMap((file) =>
  Object.entries(readCompose(file).services).map(([name, service]) => ({ file, name, service })),
);
const ours = services.filter(({ service }) => service.image.includes("BRAMBLE_IMAGE"));
const hubs = ours.filter(({ name }) => name === "hub");

function environmentOf({ environment = {} }: Service): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, substitute(String(value), VALUES)]),
  );
}

describe("compose files", () => {
  test("all four are there, and each names its project, images with a version, and no secret", () => {
    expect(composeFiles.toSorted()).toEqual([
      "compose.edge.yaml",
      "compose.observe.yaml",
      "compose.outgrow.yaml",
      "compose.yaml",
    ]);
    for (const { file, name, service } of services) {
      const image = substitute(service.image, {});
      expect(image, `${file} ${name}`).toMatch(ours.some((one) => one.name === name) ? /^bramble:/ : /:v?\d+\.?\d*/);
      for (const [key, value] of Object.entries(service.environment ?? {}))
        if (/PASSWORD|KEY|TOKEN/.test(key) && !/RANDOM/.test(key))
          expect(String(value), `${file} ${key}`).toMatch(/^\$\{/);
    }
  });

  test.each(composeFiles)("%s gives nobody the Docker socket, root's rights or an open dashboard", (file) => {
    const text = readDeployFile(file);
    for (const bad of ["docker.sock", "privileged: true", "api.insecure", "traefik:v2", ":latest\n"]) {
      const lines = text.split("\n").filter((line) => line.includes(bad) && !line.includes("BRAMBLE_IMAGE"));
      expect(lines, bad).toEqual([]);
    }
  });

  test.each(composeFiles)("each variable that %s asks for is explained in .env.example", (file) => {
    const explained = [...readDeployFile(".env.example").matchAll(/^#?(\w+)=/gm)].map(([, name]) => name);
    expect(variablesOf(readDeployFile(file)).filter((name) => !explained.includes(name))).toEqual([]);
  });

  test("each volume and network that a service has is declared", () => {
    for (const file of composeFiles) {
      const compose = readCompose(file);
      const named = Object.values(compose.services)
        .flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(":")[0] ?? ""))
        .filter((source) => !source.startsWith("."));
      expect(named.filter((name) => !Object.keys(compose.volumes ?? {}).includes(name))).toEqual([]);
    }
  });

  test("the hub is told what it knows, writes in its volume alone, and has no rights", () => {
    expect(hubs.map(({ file }) => file)).toEqual(["compose.edge.yaml", "compose.outgrow.yaml", "compose.yaml"]);
    const known = [...serveHelp.matchAll(/^ {2}--([\w-]+)/gm)].map(
      ([, flag = ""]) => `BRAMBLE_${flag.toUpperCase().replaceAll("-", "_")}`,
    );
    for (const { file, name, service } of ours) {
      const environment = environmentOf(service);
      const unknown = Object.keys(environment).filter(
        (name) => name.startsWith("BRAMBLE_") && ![...known, ...NO_FLAGS].includes(name),
      );
      expect(unknown, file).toEqual([]);
      expect(readConfig([], environment), file).toMatchObject({ kind: "config" });
      if (name === "hub") expect(service.volumes).toContain("hub-data:/data");
      expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
    }
  });

  test("on a local network the hub has the machine's own network, where mDNS is heard", () => {
    expect(readCompose("compose.yaml").services["hub"]?.network_mode).toBe("host");
  });
});

const Traefik = Type.Object({
  http: Type.Object({
    routers: Type.Record(
      Type.String(),
      Type.Object({
        entryPoints: Type.Array(Type.String()),
        service: Type.String(),
        rule: Type.String(),
        tls: Type.Object({ certResolver: Type.String() }),
      }),
    ),
    services: Type.Record(
      Type.String(),
      Type.Object({ loadBalancer: Type.Object({ servers: Type.Array(Type.Object({ url: Type.String() })) }) }),
    ),
  }),
  tcp: Type.Object({
    routers: Type.Record(
      Type.String(),
      Type.Object({
        entryPoints: Type.Array(Type.String()),
        service: Type.String(),
        rule: Type.String(),
        tls: Type.Object({ certResolver: Type.String() }),
      }),
    ),
    services: Type.Record(
      Type.String(),
      Type.Object({
        loadBalancer: Type.Object({
          proxyProtocol: Type.Object({ version: Type.Literal(2) }),
          servers: Type.Array(Type.Object({ address: Type.String() })),
        }),
      }),
    ),
  }),
});

const Addressed = Type.Object({ edge: Type.Object({ ipv4_address: Type.String() }) });
const EdgeNetwork = Type.Object({
  edge: Type.Object({ ipam: Type.Object({ config: Type.Array(Type.Object({ subnet: Type.String() })) }) }),
});

describe("Traefik in front", () => {
  const compose = readCompose("compose.edge.yaml");
  const { traefik, hub } = compose.services;
  const dynamic = parseYaml(Traefik, readDeployFile("traefik", "dynamic.yaml"));
  const flags = (traefik?.command ?? []).map((flag) => substitute(flag, VALUES));
  if (traefik === undefined || hub === undefined) throw new Error("a service is missing");

  test("is new enough, and its entry points and certificate are those that the routers name", () => {
    const [, major = 0, minor = 0, patch = 0] = (/traefik:v(\d+)\.(\d+)\.(\d+)/.exec(traefik.image) ?? []).map(Number);
    expect(major * 10_000 + minor * 100 + patch).toBeGreaterThanOrEqual(30_601);
    const entryPoints = flags.flatMap((flag) => /^--entrypoints\.(\w+)\.address=/.exec(flag)?.[1] ?? []);
    const routers = [...Object.values(dynamic.http.routers), ...Object.values(dynamic.tcp.routers)];
    for (const router of routers) {
      expect(entryPoints).toEqual(expect.arrayContaining(router.entryPoints));
      expect(flags.some((flag) => flag.startsWith(`--certificatesresolvers.${router.tls.certResolver}.`))).toBe(true);
      expect(router.rule).toContain('{{ env "BRAMBLE_DOMAIN" }}');
    }
    expect(traefik.environment).toHaveProperty("BRAMBLE_DOMAIN");
    const published = (traefik.ports ?? []).map((port) => port.split(":")[1]);
    const addresses = flags.flatMap((flag) => /\.address=:(\d+)$/.exec(flag)?.[1] ?? []);
    expect(published).toEqual(addresses);
  });

  test("passes on to the hub's own address and ports, and is trusted alone", () => {
    const environment = environmentOf(hub);
    const read = readConfig([], environment);
    if (read.kind !== "config") throw new Error(JSON.stringify(read));
    const { config } = read;
    const hubAddress = Value.Parse(Addressed, hub.networks).edge.ipv4_address;
    const http = Object.values(dynamic.http.services).flatMap(({ loadBalancer }) => loadBalancer.servers);
    const tcp = Object.values(dynamic.tcp.services).flatMap(({ loadBalancer }) => loadBalancer.servers);
    expect(http).toEqual([{ url: `http://${hubAddress}:${config.httpPort.number}` }]);
    expect(tcp).toEqual([{ address: `${hubAddress}:${config.mqttPort.number}` }]);
    const [network] = Value.Parse(EdgeNetwork, compose.networks).edge.ipam.config;
    expect(config.trustProxy).toEqual([network?.subnet]);
    expect(config).toMatchObject({ anonymous: "none", mdns: false, allowedHosts: ["hub.example"] });
    expect(hub.ports).toBeUndefined();
  });
});

const Target = Type.Object({
  icon: Type.String(),
  target: Type.Array(Type.Object({ target: Type.String(), arch: Type.Array(Type.String()) })),
});
const Installers = Type.Object({
  linux: Type.Intersect([Target, Type.Object({ maintainer: Type.String() })]),
  win: Target,
  mac: Target,
});

const FIGURE = /\b(?:bramble|process)_[a-z_]+\b/g;

describe("Prometheus and Grafana", () => {
  test("the configuration and the alerts are good to a real Prometheus", () => {
    ensurePackages(["prometheus"], "the tests of what Prometheus is given");
    const said = execFileSync(
      "promtool",
      ["check", "config", "--syntax-only", deployFile("prometheus", "prometheus.yaml")],
      {
        encoding: "utf8",
      },
    );
    expect(said).toContain("SUCCESS");
    expect(
      execFileSync("promtool", ["check", "rules", deployFile("prometheus", "alerts.yaml")], { encoding: "utf8" }),
    ).toContain("SUCCESS: 4 rules");
  });

  test("each figure that a dashboard or an alert names is one of the hub's, and each data source is provisioned", async () => {
    await using hub = await startTestHub("--metrics-readings");
    const figures = await (await hub.fetch("/metrics")).text();
    const dashboards = readdirSync(deployFile("grafana", "dashboards")).filter((name) => name.endsWith(".json"));
    expect(dashboards.length).toBe(2);
    const sources = [...readDeployFile("grafana", "datasources", "bramble.yaml").matchAll(/uid: (\w+)/g)].map(
      ([, uid]) => uid,
    );
    for (const text of [
      readDeployFile("prometheus", "alerts.yaml"),
      ...dashboards.map((name) => readDeployFile("grafana", "dashboards", name)),
    ]) {
      const exprs = [...text.matchAll(/"?expr"?: "?(.*)/g)].map(([, expr = ""]) => expr).join("\n");
      for (const [figure] of exprs.matchAll(FIGURE)) expect(figures).toContain(figure);
      for (const [, uid] of text.matchAll(/"uid": "(\w+)"/g)) expect(sources).toContain(uid);
    }
    const provisioned = readDeployFile("grafana", "datasources", "bramble.yaml");
    for (const [path] of provisioned.matchAll(/(?<=url: \$\{BRAMBLE_URL\})\/\S+/g))
      expect((await hub.fetch(`${path}/api/v1/query?query=1%2B1`)).status).toBe(200);
    for (const [path] of readDeployFile("prometheus", "prometheus.yaml").matchAll(/(?<=metrics_path: )\S+/g))
      expect((await hub.fetch(path)).status).toBe(200);
  });
});

test("installers for every system are described as electron-builder understands it", () => {
  const require = createRequire(import.meta.url);
  const builder = createRequire(require.resolve("electron-builder/package.json"));
  const schema = JSON.parse(readFileSync(builder.resolve("app-builder-lib/scheme.json"), "utf8"));
  const configuration: unknown = parse(
    readFileSync(new URL("../../../build/electron-builder.yml", import.meta.url), "utf8"),
  );
  const check = new Ajv({ strict: false, allErrors: true }).compile(schema);
  check(configuration);
  expect(check.errors ?? []).toEqual([]);
  const { linux, win, mac } = Value.Parse(Installers, configuration);
  const both = ["x64", "arm64"];
  expect(linux.target).toEqual([
    { target: "AppImage", arch: both },
    { target: "deb", arch: both },
  ]);
  expect(win.target).toEqual([{ target: "nsis", arch: both }]);
  expect(mac.target).toEqual([{ target: "dmg", arch: both }]);
  // A deb's maintainer has an address, and icons are large enough for every system.
  expect(linux.maintainer).toMatch(/^.+ <\S+@\S+>$/);
  for (const { icon } of [linux, win, mac]) {
    const png = readFileSync(new URL(`../../../${icon}`, import.meta.url));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([512, 512]);
  }
});

test("the systemd unit is one that systemd takes, and lets the hub do little", () => {
  ensurePackages(["systemd"], "the test of the systemd unit");
  const unit = deployFile("bramble.service");
  expect(execFileSync("systemd-analyze", ["verify", unit], { encoding: "utf8" })).toBe("");
  const report = execFileSync("systemd-analyze", ["security", "--offline=true", "--threshold=25", unit], {
    encoding: "utf8",
  });
  expect(report).toContain("OK");
});
