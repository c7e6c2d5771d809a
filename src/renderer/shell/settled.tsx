// A part of a page that is shown once all that it asks for has come: its parts do not push one another down then.
import type { ReactNode } from "react";
import { useReady } from "../api/use-ready.ts";

interface Props {
  readonly className?: string | undefined;
  /** Nothing stands in its place meanwhile: other parts of the page come above it, or it may have nothing to show. */
  readonly isAside?: boolean;
  /** Made outside, so that an answer that comes draws none of them anew. */
  readonly children: ReactNode;
}

export function Settled({ className = "", isAside = false, children }: Props) {
  const isReady = useReady();
  const waiting = isAside ? "unready" : "unready awaited";
  return (
    <div className={isReady ? className : `${className} ${waiting}`} aria-busy={!isReady}>
      {children}
    </div>
  );
}
