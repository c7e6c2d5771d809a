// A sentence on its way: a code and its parameters, rendered where people read it.
import { en } from "./en.ts";

type Templates = typeof en;
export type MessageCode = keyof Templates;

/** JSON, since messages are kept and sent. */
export type ParamsOf<C extends MessageCode> = Parameters<Templates[C]> extends [infer P] ? P : NoParams;
type NoParams = Readonly<Record<never, never>>;
type Catalogue = { readonly [C in MessageCode]: (params: ParamsOf<C>) => string };

/** A message of one of the codes `C`. */
export type Message<C extends MessageCode = MessageCode> = {
  [K in C]: { readonly code: K; readonly params: ParamsOf<K> };
}[C];

const catalogue: Catalogue = en;

type CodeWithoutParams = { [C in MessageCode]: NoParams extends ParamsOf<C> ? C : never }[MessageCode];

export function message<C extends CodeWithoutParams>(code: C): Message<C>;
export function message<C extends MessageCode>(code: C, params: ParamsOf<C>): Message<C>;
export function message(
  code: MessageCode,
  params: object = {},
): { readonly code: MessageCode; readonly params: object } {
  return { code, params };
}

/** The sentence, in English. */
export function render<C extends MessageCode>({ code, params }: Message<C>): string {
  return catalogue[code](params);
}
