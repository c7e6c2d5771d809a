// A message: a code and its parameters, rendered (`render.ts`) in the reader's language.
import type { en } from "./en.ts";
import type { Sentence } from "./sentence.ts";

type Templates = typeof en;
export type MessageCode = keyof Templates;

/** JSON, since messages are stored and sent. */
export type ParamsOf<C extends MessageCode> = Parameters<Templates[C]> extends [infer P] ? GivenParams<P> : NoParams;
type NoParams = Readonly<Record<never, never>>;
type GivenParams<P> = {
  readonly [K in keyof P]: P[K] extends Sentence
    ? string | AnyMessage
    : P[K] extends readonly Sentence[]
      ? readonly (string | AnyMessage)[]
      : P[K];
};

/** A message whose code does not matter. */
export interface AnyMessage {
  readonly code: MessageCode;
  readonly params: object;
}

/** A message of one of the codes `C`. */
export type Message<C extends MessageCode = MessageCode> = {
  [K in C]: { readonly code: K; readonly params: ParamsOf<K> };
}[C];

type CodeWithoutParams = { [C in MessageCode]: NoParams extends ParamsOf<C> ? C : never }[MessageCode];

export function message<C extends CodeWithoutParams>(code: C): Message<C>;
export function message<C extends MessageCode>(code: C, params: ParamsOf<C>): Message<C>;
export function message(code: MessageCode, params: object = {}): AnyMessage {
  return { code, params };
}
