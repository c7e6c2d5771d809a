// PostgreSQL for tests.
import { execFileSync } from "node:child_process";
import { chownSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { ensurePackages } from "./apt.ts";
import { DatabaseServer, PASSWORD, type ServerProduct, USER } from "./database-server.ts";

const VERSIONS = "/usr/lib/postgresql";

/** With these settings beside the usual ones. */
export async function startPostgres(settings: readonly string[] = []): Promise<DatabaseServer> {
  ensurePackages(["postgresql"], "the tests of the store in PostgreSQL");
  const server = new DatabaseServer(product(settings));
  await server.prepare();
  return server;
}

/** As whom it runs; null: as the tests. */
export function postgresUser(): ServerProduct["runAs"] {
  return process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : null;
}

function product(more: readonly string[]): ServerProduct {
  const version = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a))[0] ?? "";
  const program = (name: string) => join(VERSIONS, version, "bin", name);
  const runAs = postgresUser();
  return {
    scheme: "postgres",
    runAs,
    prepare(folder) {
      const passwordFile = join(folder, "password");
      writeFileSync(passwordFile, PASSWORD);
      if (runAs !== null) for (const path of [folder, passwordFile]) chownSync(path, runAs.uid, runAs.gid);
      const how = ["-A", "scram-sha-256", "-U", USER, "--pwfile", passwordFile, "-E", "UTF8", "--locale=C.UTF-8", "-N"];
      execFileSync(program("initdb"), ["-D", join(folder, "data"), ...how], { ...runAs, cwd: "/", stdio: "pipe" });
      rmSync(passwordFile);
    },
    command(folder, port) {
      const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`];
      const sizes = ["shared_buffers=32MB", "max_wal_size=256MB", "max_connections=40"];
      return {
        file: program("postgres"),
        args: ["-D", join(folder, "data"), ...[...settings, ...sizes, ...more].flatMap((setting) => ["-c", setting])],
      };
    },
    stopSignal: "SIGINT",
    administer,
    cutConnections: (port) =>
      administer(port, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bramble'"),
  };
}

async function administer(port: number, sql: string, database = "postgres"): Promise<unknown[][]> {
  const client = new pg.Client({ host: "127.0.0.1", port, user: USER, password: PASSWORD, database });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<unknown[]>({ text: sql, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
}

/** Of Debian's user for PostgreSQL, which refuses to run as root. */
function idOf(flag: "-u" | "-g"): number {
  return Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
}
