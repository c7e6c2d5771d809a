// A sentence with one part rendered differently, such as a link or bold; the language determines the part's position.
import type { ReactNode } from "react";

interface Props {
  readonly sentence: string;
  /** As the sentence has it; the first occurrence counts. */
  readonly part: string;
  readonly children: ReactNode;
}

export function Around({ sentence, part, children }: Props) {
  const at = sentence.indexOf(part);
  if (at < 0 || part === "") return sentence;
  return (
    <>
      {sentence.slice(0, at)}
      {children}
      {sentence.slice(at + part.length)}
    </>
  );
}
