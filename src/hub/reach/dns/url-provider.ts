// Any dynamic DNS service with updates by GET: the URL is a template, and the answer a return code of the dyndns2 protocol
// (https://help.dyn.com/return-codes/) or an HTTP status.
import { message } from "../../../shared/messages/message.ts";
import { quote, ReachError } from "../reach-error.ts";
import { type Answer, ask, retryAfterMs } from "../request.ts";
import type { AddressProvider } from "./dns-provider.ts";
import type { ProviderOptions } from "./provider-options.ts";

export interface UrlProviderSettings {
  /** With {name}, {ipv4} and {ipv6} in it. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** The wait that the return code 911 demands. */
const EMERGENCY_WAIT_MS = 30 * 60_000;
const SUCCESSES = ["good", "nochg", "ok", "updated", "nochange", "no_change"];

export class UrlProvider implements AddressProvider {
  readonly findsIPv4 = false;
  readonly #settings: UrlProviderSettings;
  readonly #options: ProviderOptions;

  constructor(settings: UrlProviderSettings, options: ProviderOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  async setAddress(name: string, ipv4: string | null, ipv6: string | null): Promise<void> {
    const { url, username, password } = this.#settings;
    const values: Readonly<Record<string, string>> = { name, ipv4: ipv4 ?? "", ipv6: ipv6 ?? "" };
    const filled = url.replaceAll(/\{(name|ipv4|ipv6)\}/g, (_, key: string) => encodeURIComponent(values[key] ?? ""));
    const basic = Buffer.from(`${username}:${password}`).toString("base64");
    const headers = username === "" ? {} : { Authorization: `Basic ${basic}` };
    const service = new URL(url).host;
    const answer = await ask(filled, { service, headers });
    const problem = this.#problem(answer, service, name);
    if (problem !== null) throw problem;
  }

  #problem(answer: Answer, service: string, name: string): ReachError | null {
    const { password } = this.#settings;
    const returnCode = /^\s*"?([!\w]+)/.exec(answer.text)?.[1]?.toLowerCase() ?? "";
    const text = quote(answer.text, [password]);
    const retryAfter = { retryAfterMs: retryAfterMs(answer, this.#options.clock.now()) };
    if (returnCode === "badauth" || answer.status === 401 || answer.status === 403)
      return new ReachError(message("reach/provider-login", { service }), { isFinal: true });
    if (returnCode === "nohost" || returnCode === "notfqdn" || returnCode === "numhost" || answer.status === 404)
      return new ReachError(message("reach/provider-no-name", { service, name }), { isFinal: true });
    if (["abuse", "badagent", "!donator", "!yours"].includes(returnCode))
      return new ReachError(message("reach/provider-blocked", { service, answer: text }), { isFinal: true });
    if (returnCode === "911" || returnCode === "dnserr")
      return new ReachError(message("reach/provider-failed", { service, answer: text }), {
        minWaitMs: EMERGENCY_WAIT_MS,
      });
    if (answer.status === 429) return new ReachError(message("reach/provider-busy", { service }), retryAfter);
    if (answer.status === 204 || (answer.status === 200 && SUCCESSES.includes(returnCode))) return null;
    if (answer.status !== 200)
      return new ReachError(message("reach/provider-failed", { service, answer: text }), retryAfter);
    return new ReachError(message("reach/provider-garbage", { service, answer: text }));
  }
}
