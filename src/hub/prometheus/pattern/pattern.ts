// Regular expressions of Prometheus (RE2), which match the whole of a label. They are run as non-deterministic automata in linear
// time: the length of the pattern times that of the label. A backtracking engine can be kept busy for years by a pattern of ten
// characters.

import { parsePattern } from "./parse-pattern.ts";
import { compile, type Program } from "./program.ts";

export class Pattern {
  readonly #program: Program;

  /** Throws a QueryError where `text` is no pattern, one that is not taken here, or too large. */
  constructor(text: string) {
    this.#program = compile(parsePattern(text), text);
  }

  /** Whether it matches all of `text`. */
  matches(text: string): boolean {
    const { instructions, start } = this.#program;
    let current = new Set<number>();
    let next = new Set<number>();
    const enter = (into: Set<number>, index: number, isAtStart: boolean, isAtEnd: boolean): void => {
      const open = [index];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        if (into.has(at)) continue;
        into.add(at);
        const instruction = instructions[at];
        if (instruction?.kind === "split") open.push(instruction.second, instruction.first);
        else if (instruction?.kind === "edge" && (instruction.of === "start" ? isAtStart : isAtEnd))
          open.push(instruction.next);
      }
    };
    const characters = [...text];
    enter(current, start, true, characters.length === 0);
    for (const [index, character] of characters.entries()) {
      const code = character.codePointAt(0) ?? 0;
      const isAtEnd = index === characters.length - 1;
      for (const at of current) {
        const instruction = instructions[at];
        if (instruction?.kind === "character" && instruction.set.has(code))
          enter(next, instruction.next, false, isAtEnd);
      }
      if (next.size === 0) return false;
      current.clear();
      [current, next] = [next, current];
    }
    return [...current].some((at) => instructions[at]?.kind === "match");
  }
}
