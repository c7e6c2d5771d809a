// The configuration of Prometheus and Grafana: the hub, or a real Prometheus, answers every metric, expression and query in it.
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { describe, expect, test } from "vitest";
import { deployFile, parseYaml, readDeployFile } from "../../support/deploy.ts";
import { makeTemporaryFolder, startTestHub, type TestHub } from "../../support/hub.ts";
import { ensurePackages } from "../../support/system/apt.ts";

const DASHBOARDS = readdirSync(deployFile("grafana", "dashboards")).filter((name) => name.endsWith(".json"));
/** Of Grafana's Infinity data source. */
const InfinityQuery = Type.Object({
  url: Type.String(),
  url_options: Type.Object({ params: Type.Array(Type.Object({ key: Type.String(), value: Type.String() })) }),
  root_selector: Type.String(),
  columns: Type.Array(Type.Object({ selector: Type.String(), type: Type.String() })),
});
type InfinityQuery = Type.Static<typeof InfinityQuery>;
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
    // What panels ask Prometheus, in the form of rules, whose expressions promtool reads as Prometheus does.
    using folder = makeTemporaryFolder();
    const file = join(folder.path, "rules.json");
    const panels = DASHBOARDS.flatMap((name) =>
      expressionsOf(JSON.parse(readDeployFile("grafana", "dashboards", name))),
    );
    const rules = panels.map((expr, index) => ({ record: `panel_${index}`, expr }));
    expect(rules.length).toBeGreaterThan(10);
    writeFileSync(file, JSON.stringify({ groups: [{ name: "panels", rules }] }));
    expect(execFileSync("promtool", ["check", "rules", file], { encoding: "utf8" })).toContain("SUCCESS");
  });

  test("each figure that a dashboard or an alert names is one of the hub's, and each data source is provisioned", async () => {
    await using hub = await startTestHub("--metrics-readings");
    const figures = await (await hub.fetch("/metrics")).text();
    expect(DASHBOARDS.length).toBe(2);
    const sources = [...readDeployFile("grafana", "datasources", "bramble.yaml").matchAll(/uid: (\w+)/g)].map(
      ([, uid]) => uid,
    );
    for (const text of [
      readDeployFile("prometheus", "alerts.yaml"),
      ...DASHBOARDS.map((name) => readDeployFile("grafana", "dashboards", name)),
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

    // The panels and variables that ask the hub itself: before there is a device, and with one.
    const queries = DASHBOARDS.flatMap((name) =>
      infinityQueriesOf(JSON.parse(readDeployFile("grafana", "dashboards", name))),
    );
    expect(queries.length).toBe(3);
    for (const query of queries) expect(await rowsOf(hub, query, "")).toEqual([]);
    await hub.post({ device_id: "attic", temperature: 21.5 });
    for (const query of queries) {
      const [row] = await rowsOf(hub, query, "attic");
      for (const { selector, type } of query.columns) {
        const value: unknown = selector.split(".").reduce((at: unknown, key) => Reflect.get(Object(at), key), row);
        expect(typeof value, selector).toBe(type === "timestamp_epoch" ? "number" : type);
      }
    }
  });

  test("the data source for SQL asks the database that compose.outgrow.yaml has, and is not provisioned where there is none", () => {
    const { datasources } = parseYaml(
      Type.Object({
        datasources: Type.Array(
          Type.Object({ url: Type.String(), jsonData: Type.Object({ database: Type.String() }) }),
        ),
      }),
      readDeployFile("grafana", "postgres.yaml"),
    );
    const compose = readDeployFile("compose.outgrow.yaml");
    for (const { url, jsonData } of datasources) {
      expect(compose).toContain(`#ports: ["${url}:5432"]`);
      expect(compose).toContain(`POSTGRES_DB: ${jsonData.database}\n`);
    }
    expect(readDeployFile("grafana", "datasources", "bramble.yaml")).not.toContain("postgresql");
  });
});

/** Of the panels that ask Prometheus, with what Grafana puts in place of its variables. */
function expressionsOf(found: unknown): string[] {
  if (typeof found !== "object" || found === null) return [];
  const expr: unknown = Reflect.get(found, "expr");
  const own = typeof expr === "string" ? [expr.replaceAll(/\$__\w+/g, "1m")] : [];
  return [...own, ...Object.values(found).flatMap(expressionsOf)];
}

function infinityQueriesOf(found: unknown): InfinityQuery[] {
  if (typeof found !== "object" || found === null) return [];
  return Value.Check(InfinityQuery, found) ? [found] : Object.values(found).flatMap(infinityQueriesOf);
}

/** As Grafana's server asks: its variables replaced, the rows taken out of the answer. */
async function rowsOf(
  hub: TestHub,
  { url, url_options, root_selector }: InfinityQuery,
  device: string,
): Promise<unknown[]> {
  const nowMs = Date.now();
  const variables: Readonly<Record<string, string>> = {
    device,
    __from: String(nowMs - 6 * 3_600_000),
    __to: String(nowMs + 60_000),
    __maxDataPoints: "600",
  };
  const parameters = url_options.params.map(({ key, value }): [string, string] => [
    key,
    value.replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => variables[name] ?? `no variable ${name}`),
  ]);
  const answer = await hub.fetch(`${url}?${new URLSearchParams(parameters)}`);
  expect(answer.status, `${url} ${parameters}`).toBe(200);
  return Value.Parse(Type.Array(Type.Unknown()), Reflect.get(Object(await answer.json()), root_selector));
}
