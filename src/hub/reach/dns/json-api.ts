// The common part of the providers' JSON APIs: a token in a header, and status codes of the same meaning.
import { message } from "../../../shared/messages/message.ts";
import { quote, ReachError } from "../reach-error.ts";
import { type Answer, ask, jsonOf, retryAfterMs, type ServiceRequest } from "../request.ts";
import type { ProviderOptions } from "./provider-options.ts";

export interface JsonApiOptions extends ProviderOptions {
  readonly service: string;
  readonly url: string;
  readonly authorization: string;
  /** Masked in every message. */
  readonly secret: string;
}

export class JsonApi {
  readonly #options: JsonApiOptions;

  constructor(options: JsonApiOptions) {
    this.#options = options;
  }

  /** The parsed answer of a request that succeeded; undefined where it has none. */
  async call(method: NonNullable<ServiceRequest["method"]>, path: string, body?: unknown): Promise<unknown> {
    const { service, url, baseUrl = url, authorization } = this.#options;
    const answer = await ask(`${baseUrl}${path}`, {
      service,
      method,
      headers: { Authorization: authorization, Accept: "application/json", "Content-Type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (answer.status < 200 || answer.status >= 300) throw this.#problem(answer);
    const parsed = jsonOf(answer);
    if (parsed === undefined && answer.text !== "") throw this.garbage(answer.text);
    return parsed;
  }

  /** The error of an answer that is not as documented. */
  garbage(text: string): ReachError {
    const { service, secret } = this.#options;
    return new ReachError(message("reach/provider-garbage", { service, answer: quote(text, [secret]) }));
  }

  #problem(answer: Answer): ReachError {
    const { service, secret, clock } = this.#options;
    const text = quote(answer.text, [secret]);
    const retryAfter = { retryAfterMs: retryAfterMs(answer, clock.now()) };
    switch (answer.status) {
      case 401:
      case 403:
        return new ReachError(message("reach/provider-token", { service }), { isFinal: true });
      case 429:
        return new ReachError(message("reach/provider-busy", { service }), retryAfter);
      default:
        return new ReachError(message("reach/provider-failed", { service, answer: text }), retryAfter);
    }
  }
}
