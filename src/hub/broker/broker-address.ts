// The address of an outside broker, as `--broker` takes it: mqtt://host, mqtts://user@host:port. What is shown and logged is
// `url`, which never holds the user's name or the password.
import { readFileSync } from "node:fs";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";

export interface BrokerAddress {
  /** Without credentials; for people. */
  readonly url: string;
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  readonly username: string | null;
  readonly password: string | null;
  /** PEM of the authorities that may sign the broker's certificate; null takes those that Node trusts. */
  readonly ca: string | null;
}

export interface BrokerAddressSource {
  /** Of `--broker`. */
  readonly url: string;
  readonly password: string | undefined;
  /** A file that holds the password, such as a container's secret. */
  readonly passwordFile: string | undefined;
  readonly caFile: string | undefined;
}

const PORTS = { "mqtt:": 1883, "mqtts:": 8883 } as const;

/** Throws a `Failure` that does not repeat the password. */
export function parseBrokerAddress({ url, password, passwordFile, caFile }: BrokerAddressSource): BrokerAddress {
  const parsed = URL.parse(url);
  const protocol = parsed?.protocol;
  if (parsed === null || (protocol !== "mqtt:" && protocol !== "mqtts:") || parsed.hostname === "")
    throw new Failure(message("flag/broker"));
  if (parsed.pathname.length > 1 || parsed.search !== "" || parsed.hash !== "")
    throw new Failure(message("flag/broker/path"));
  if (caFile !== undefined && protocol === "mqtt:") throw new Failure(message("flag/broker/ca-without-tls"));
  const port = parsed.port === "" ? PORTS[protocol] : Number(parsed.port);
  const fromFile =
    passwordFile === undefined ? undefined : readText(passwordFile, "BRAMBLE_BROKER_PASSWORD_FILE").trim();
  const secret = decoded(parsed.password) || password || fromFile || null;
  const username = decoded(parsed.username) || null;
  if (secret !== null && username === null) throw new Failure(message("flag/broker/password-without-user"));
  return {
    url: `${protocol}//${parsed.hostname}:${port}`,
    isTls: protocol === "mqtts:",
    host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    username,
    password: secret,
    ca: caFile === undefined ? null : readText(caFile, "--broker-ca"),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Failure(message("flag/broker/percent"));
  }
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new Failure(message("flag/unreadable-file", { flag: name, path }), { cause });
  }
}
