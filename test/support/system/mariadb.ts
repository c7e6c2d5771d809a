// MariaDB for tests.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { ensurePackages } from "./apt.ts";
import { DatabaseServer, PASSWORD, type ServerProduct, USER } from "./database-server.ts";

/** With these arguments beside the usual ones. */
export async function startMariadb(args: readonly string[] = []): Promise<DatabaseServer> {
  ensurePackages(["mariadb-server"], "the tests of the store in MariaDB");
  const server = new DatabaseServer(product(args));
  await server.prepare();
  return server;
}

function product(more: readonly string[]): ServerProduct {
  const user = userInfo().username;
  return {
    scheme: "mariadb",
    runAs: null,
    prepare(folder) {
      const data = join(folder, "data");
      mkdirSync(data);
      const how = ["--auth-root-authentication-method=normal", "--skip-test-db"];
      execFileSync("mariadb-install-db", ["--no-defaults", `--user=${user}`, `--datadir=${data}`, ...how], {
        stdio: "pipe",
      });
      const create = `CREATE OR REPLACE USER '${USER}'@'%' IDENTIFIED BY '${PASSWORD}'; `;
      writeFileSync(join(folder, "init.sql"), `${create}\nGRANT ALL ON *.* TO '${USER}'@'%' WITH GRANT OPTION;\n`);
    },
    command(folder, port) {
      // Its own place for temporary tables: a server that starts removes those of others in /tmp.
      const places = [`--datadir=${join(folder, "data")}`, `--socket=${join(folder, "s.sock")}`, `--tmpdir=${folder}`];
      const sizes = ["--innodb-buffer-pool-size=64M", "--innodb-log-file-size=64M"];
      const how = [`--user=${user}`, `--port=${port}`, "--bind-address=127.0.0.1", "--skip-name-resolve"];
      const init = `--init-file=${join(folder, "init.sql")}`;
      return { file: "mariadbd", args: ["--no-defaults", ...places, ...how, ...sizes, init, ...more] };
    },
    stopSignal: "SIGTERM",
    administer: ask,
    async cutConnections(port) {
      const rows = await ask(port, "SELECT id FROM information_schema.processlist WHERE db LIKE 'hub%'");
      for (const [id] of rows) await ask(port, `KILL ${id}`).catch(() => []);
    },
  };
}

async function ask(port: number, sql: string, database?: string): Promise<unknown[][]> {
  const where = { host: "127.0.0.1", port, user: USER, password: PASSWORD, ...(database && { database }) };
  const connection = await createConnection({ ...where, timezone: "Z", rowsAsArray: true });
  try {
    const [rows] = await connection.query<never[][]>(sql);
    return Array.isArray(rows) ? rows : [];
  } finally {
    connection.destroy();
  }
}
