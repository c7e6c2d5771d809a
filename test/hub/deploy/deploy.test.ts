// The compose files match the hub: flags, ports and folders.
import { existsSync } from "node:fs";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { describe, expect, test } from "vitest";
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
  test("all four are there, and each names images with a version, no secret, and its project", () => {
    // compose.observe.yaml stands behind another one: with a name it would take that one's containers for another project's.
    expect(Object.fromEntries(composeFiles.map((file) => [file, readCompose(file).name]))).toEqual({
      "compose.edge.yaml": "bramble-edge",
      "compose.observe.yaml": undefined,
      "compose.outgrow.yaml": "bramble-outgrow",
      "compose.yaml": "bramble",
    });
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

  test.each(composeFiles)("each variable of %s is explained in .env.example", (file) => {
    const explained = [...readDeployFile(".env.example").matchAll(/^#?(\w+)=/gm)].map(([, name]) => name);
    expect(variablesOf(readDeployFile(file)).filter((name) => !explained.includes(name))).toEqual([]);
  });

  test("each variable of .env.example is used, with the documented default", () => {
    const texts = composeFiles.map((file) => readDeployFile(file)).join("\n");
    for (const [, hash, name = "", value = ""] of readDeployFile(".env.example").matchAll(/^(#?)(\w+)=(.*)$/gm)) {
      expect(variablesOf(texts)).toContain(name);
      if (hash === "#" && value !== "") expect(texts).toContain(`\${${name}:-${value}}`);
    }
  });

  test("files mounted from the repository exist", () => {
    for (const { file, service } of services)
      for (const [source = ""] of (service.volumes ?? []).map((volume) => volume.split(":")))
        if (source.startsWith(".")) expect(existsSync(deployFile(source)), `${file}: ${source}`).toBe(true);
    const configuration = readDeployFile("mosquitto", "mosquitto.conf");
    const mount = readCompose("compose.outgrow.yaml").services["mosquitto"]?.volumes?.[0];
    expect(mount).toBe("./mosquitto:/mosquitto/config:ro");
    expect(existsSync(deployFile("mosquitto", "acl"))).toBe(true);
    expect([...configuration.matchAll(/_file (.*)/g)].map(([, path]) => path)).toEqual([
      "/mosquitto/config/passwords",
      "/mosquitto/config/acl",
    ]);
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
      const maxDevices = file === "compose.outgrow.yaml" ? 10_000 : 1_000;
      expect(readConfig([], environment), file).toMatchObject({ kind: "config", config: { maxDevices } });
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
        middlewares: Type.Array(Type.String()),
        tls: Type.Object({ certResolver: Type.String() }),
      }),
    ),
    middlewares: Type.Record(
      Type.String(),
      Type.Object({ headers: Type.Object({ customRequestHeaders: Type.Record(Type.String(), Type.String()) }) }),
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

  test("removes forwarding headers of clients that it does not set itself", () => {
    for (const { middlewares } of Object.values(dynamic.http.routers))
      expect(middlewares.map((name) => dynamic.http.middlewares[name]?.headers.customRequestHeaders)).toEqual([
        { Forwarded: "" },
      ]);
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
