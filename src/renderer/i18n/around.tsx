// A sentence of which one part is drawn in its own way, such as a link or bold: where the part stands is the language's matter.
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
