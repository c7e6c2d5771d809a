// Which dialect a server speaks.
import type { StoreAddress } from "../store-address.ts";
import type { Dialect } from "./dialect.ts";
import { mysqlDialect } from "./mysql/mysql-dialect.ts";
import { postgresDialect } from "./postgres/postgres-dialect.ts";

export function dialectOf(address: StoreAddress): Dialect {
  switch (address.kind) {
    case "postgresql":
      return postgresDialect(address);
    case "mysql":
      return mysqlDialect(address);
  }
}
