// `bramble check` and `bramble backup` of a hub on a database server.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runBramble, startTestHub } from "../../support/hub.ts";
import { PASSWORD } from "../../support/system/database-server.ts";
import { startMariadb } from "../../support/system/mariadb.ts";
import { startPostgres } from "../../support/system/postgres.ts";

const START_MS = Date.UTC(2026, 0, 31);

test.each([
  ["PostgreSQL", startPostgres, "pg_dump"],
  ["MariaDB", startMariadb, "mariadb-dump"],
] as const)(
  "on %s a check finds what is damaged, and a backup has what is not there",
  {
    timeout: 60_000,
  },
  async (_product, startServer, dump) => {
    await using server = await startServer();
    const store = await server.createDatabase();
    const database = new URL(store).pathname.slice(1);
    await using hub = await startTestHub("--store", store, "--https-port", "0");
    for (let count = 0; count < 3; count++) await hub.post({ device: "pi", ts: START_MS + count, t: count });
    const env = { BRAMBLE_STORE: store, BRAMBLE_DATA: hub.folder.path };
    const sound = await runBramble(["check"], env);
    expect(sound.output).toMatch(/1 series, 3 readings, .*: all sound\./);
    expect(sound.code).toBe(0);

    // As if readings had been taken out, and others put in, behind the hub's back.
    await server.administer("DELETE FROM rollup_mark", database);
    const slot = Math.floor(START_MS / 900_000) - 10;
    await server.administer(
      `INSERT INTO rollup_slot (series_id, minutes, slot, readings, min_value, max_value, mean) VALUES (1, 15, ${slot}, 2, 0, 1, 0.5)`,
      database,
    );
    await server.administer(`INSERT INTO reading (series_id, ts, value) VALUES (999, 1, 1)`, database);
    const damaged = await runBramble(["check"], env);
    expect(damaged.code).toBe(1);
    const { output } = await runBramble(["check", "--json"], env);
    expect(JSON.parse(output)).toMatchObject({
      sound: false,
      damages: 3,
      series: 1,
      findings: expect.arrayContaining([expect.stringContaining("belong to series 999")]),
    });
    expect(damaged.output).toContain("1 readings belong to series 999");
    expect(damaged.output).toMatch(/pi\/t: the summary of 15 minutes from .* says 2 readings/);
    expect(damaged.output).toMatch(/pi\/t: 3 readings of the 15 minutes from .* are in no summary/);

    const archive = join(hub.folder.path, "backup.tar");
    const written = await runBramble(["backup", archive], env);
    expect(written.code, written.output).toBe(0);
    expect(written.output).toContain(dump);
    expect(written.output).not.toContain(PASSWORD);
    const names = execFileSync("tar", ["-tf", archive], { encoding: "utf8" }).trim().split("\n");
    expect(names.some((name) => name.startsWith("tls/"))).toBe(true);
    const [first = ""] = names;
    const stored = execFileSync("tar", ["-xOf", archive, first]);
    expect(stored.equals(readFileSync(join(hub.folder.path, first)))).toBe(true);
    expect((await runBramble(["backup", archive], env)).code).toBe(1);
  },
);
