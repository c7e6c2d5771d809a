// A part of a page that is shown once all its queries have settled, so that its parts do not shift one another.
import type { ReactNode } from "react";
import { useReady } from "../api/use-ready.ts";

interface Props {
  readonly className?: string | undefined;
  /** No placeholder: other parts of the page are above it, or it may have nothing to show. */
  readonly isAside?: boolean;
  /** Created by the parent, so that a response does not render them again. */
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
