// A pattern as instructions of an automaton (Thompson's construction).
import type { CharacterSet } from "./character-set.ts";
import { type PatternNode, patternError } from "./parse-pattern.ts";

type Instruction =
  | { readonly kind: "match" }
  | { readonly kind: "character"; readonly set: CharacterSet; readonly next: number }
  | { readonly kind: "edge"; readonly of: "start" | "end"; readonly next: number }
  | { readonly kind: "split"; readonly first: number; second: number };

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
}

/** Repetitions are expanded: (a{100}){100} would be large, and ((){1000}){1000} slow to compile. */
const MAX_INSTRUCTIONS = 2_000;
const MAX_PARTS = 20_000;

/** Throws a QueryError where `pattern` is too large. */
export function compile(node: PatternNode, pattern: string): Program {
  const instructions: Instruction[] = [{ kind: "match" }];
  const add = (instruction: Instruction): number => {
    if (instructions.length >= MAX_INSTRUCTIONS) throw patternError(pattern, "too-large");
    return instructions.push(instruction) - 1;
  };
  let parts = 0;
  /** The first instruction of `part`, which continues at `next`. */
  const before = (part: PatternNode, next: number): number => {
    if (++parts > MAX_PARTS) throw patternError(pattern, "too-large");
    switch (part.kind) {
      case "empty":
        return next;
      case "character":
        return add({ kind: "character", set: part.set, next });
      case "edge":
        return add({ kind: "edge", of: part.of, next });
      case "sequence":
        return part.parts.reduceRight((behind, one) => before(one, behind), next);
      case "alternatives":
        return part.parts
          .map((one) => before(one, next))
          .reduceRight((second, first) => add({ kind: "split", first, second }));
      case "repeat":
        return repeated(part, next);
    }
  };
  const repeated = ({ part, least, most }: Extract<PatternNode, { kind: "repeat" }>, next: number): number => {
    let at = next;
    if (most === Number.POSITIVE_INFINITY) {
      const split: Extract<Instruction, { kind: "split" }> = { kind: "split", first: next, second: next };
      at = add(split);
      split.second = before(part, at);
    } else
      for (let count = least; count < most; count++) at = add({ kind: "split", first: next, second: before(part, at) });
    for (let count = 0; count < least; count++) at = before(part, at);
    return at;
  };
  return { start: before(node, 0), instructions };
}
