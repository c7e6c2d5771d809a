// Where the store is when it is no file: what `--store` names. The password stays inside: nothing that prints, logs or
// serialises an address shows it.

import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";

export type ServerKind = "postgresql" | "mysql";
/** How the connection is protected: `verify` checks the certificate and its name, `encrypt` only encrypts. */
export type ServerTls = "off" | "encrypt" | "verify";

const SCHEMES: Readonly<Record<string, ServerKind>> = {
  "postgres:": "postgresql",
  "postgresql:": "postgresql",
  "mysql:": "mysql",
  "mariadb:": "mysql",
};
const DEFAULT_PORTS: Readonly<Record<ServerKind, number>> = { postgresql: 5432, mysql: 3306 };
const TLS_MODES: Readonly<Record<string, ServerTls>> = {
  disable: "off",
  require: "encrypt",
  "verify-ca": "verify",
  "verify-full": "verify",
};

export class StoreAddress {
  readonly kind: ServerKind;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly tls: ServerTls;
  readonly #scheme: string;
  readonly #password: string;

  /** Throws a `Failure` that does not repeat the text, which holds a password. */
  constructor(text: string) {
    const url = URL.canParse(text) ? new URL(text) : null;
    const kind = url === null ? undefined : SCHEMES[url.protocol];
    if (url === null || kind === undefined) throw new Failure(message("flag/store"));
    const database = decoded(url.pathname.slice(1));
    if (url.hostname === "" || database === "" || url.username === "")
      throw new Failure(message("flag/store/incomplete"));
    const mode = url.searchParams.get("sslmode") ?? "disable";
    const tls = TLS_MODES[mode];
    if (tls === undefined) throw new Failure(message("flag/store/tls", { modes: Object.keys(TLS_MODES) }));
    this.kind = kind;
    this.host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    this.port = url.port === "" ? DEFAULT_PORTS[kind] : Number(url.port);
    this.database = database;
    this.user = decoded(url.username);
    this.tls = tls;
    this.#scheme = url.protocol;
    this.#password = decoded(url.password);
  }

  /** For the driver alone. */
  revealPassword(): string {
    return this.#password;
  }

  /** With the password: for a file that only the hub may read. */
  reveal(): string {
    const modes = Object.entries(TLS_MODES).filter(([, tls]) => tls === this.tls);
    const user = `${encodeURIComponent(this.user)}:${encodeURIComponent(this.#password)}`;
    const database = encodeURIComponent(this.database);
    return `${this.#scheme}//${user}@${this.place}/${database}?sslmode=${modes.at(-1)?.[0] ?? "disable"}`;
  }

  /** Host and port. */
  get place(): string {
    return `${this.host.includes(":") ? `[${this.host}]` : this.host}:${this.port}`;
  }

  /** Without the password. */
  toString(): string {
    return `${this.#scheme}//${encodeURIComponent(this.user)}@${this.place}/${encodeURIComponent(this.database)}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Failure(message("flag/store/percent"));
  }
}
