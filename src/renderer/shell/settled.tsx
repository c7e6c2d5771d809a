// A part of a page that is shown once all that it asks for has come: its parts do not push one another down then.
import type { ReactNode } from "react";
import { useReady } from "../api/use-ready.ts";

interface Props {
  readonly className?: string | undefined;
  /** Made outside, so that an answer that comes draws none of them anew. */
  readonly children: ReactNode;
}

export function Settled({ className = "", children }: Props) {
  return <div className={useReady() ? className : `${className} unready`}>{children}</div>;
}
