// A program of the user's that changes records, for providers that are not supported here. It is started without a shell, with its
// task in the environment, and ended when it takes too long. Only programs in one folder are started: a person who may change the
// hub's settings must not be able to start any program of this computer.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { message } from "../../../shared/messages/message.ts";
import { quote, ReachError } from "../reach-error.ts";
import type { DnsProvider } from "./dns-provider.ts";

export interface CommandOptions {
  /** The folder of the programs. */
  readonly folder: string;
  readonly timeoutMs?: number;
}

const COMMAND_TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024;

export class CommandProvider implements DnsProvider {
  readonly findsIPv4 = true;
  readonly #command: readonly string[];
  readonly #options: CommandOptions;

  /** `command` is the name of a program in the folder, and its arguments. */
  constructor(command: readonly string[], options: CommandOptions) {
    this.#command = command;
    this.#options = options;
  }

  setTxt(name: string, value: string): Promise<void> {
    return this.#run({ ACTION: "set-txt", NAME: name, VALUE: value });
  }

  removeTxt(name: string, value: string): Promise<void> {
    return this.#run({ ACTION: "remove-txt", NAME: name, VALUE: value });
  }

  setAddress(name: string, ipv4: string | null, ipv6: string | null): Promise<void> {
    return this.#run({ ACTION: "set-address", NAME: name, IPV4: ipv4 ?? "", IPV6: ipv6 ?? "" });
  }

  #run(values: Readonly<Record<string, string>>): Promise<void> {
    const [program = "", ...args] = this.#command;
    const { folder, timeoutMs = COMMAND_TIMEOUT_MS } = this.#options;
    const named = Object.entries(values).map(([name, value]) => [`BRAMBLE_DNS_${name}`, value] as const);
    const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...Object.fromEntries(named) };
    const options = { env, cwd: folder, timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES, windowsHide: true };
    return new Promise((resolve, reject) => {
      execFile(join(folder, program), args, { ...options, killSignal: "SIGKILL" }, (error, _stdout, stderr) => {
        if (error === null) {
          resolve();
          return;
        }
        // The error is no cause: it repeats the arguments, which may hold a secret, and causes are logged.
        const isMissing = error.code === "ENOENT" || error.code === "EACCES";
        if (isMissing) {
          reject(new ReachError(message("reach/command-missing", { program, folder }), { isFinal: true }));
        } else if (error.killed === true) {
          const seconds = timeoutMs / 1_000;
          reject(new ReachError(message("reach/command-slow", { program, seconds })));
        } else {
          const [firstLine = ""] = stderr.trim().split("\n");
          const detail = firstLine === "" ? `It ended with ${error.code ?? error.signal}.` : quote(firstLine);
          reject(new ReachError(message("reach/command-failed", { program, detail })));
        }
      });
    });
  }
}
