// A parameter that is itself a sentence: of the catalogue, which is then rendered with the one around it and in its language,
// or in the words of somebody else, such as the system's.

declare const IS_SENTENCE: unique symbol;

export type Sentence = string & { readonly [IS_SENTENCE]: true };
