// A page's heading and the window's title; beside it the page's state, at the end its actions.
import { type ReactNode, useRef } from "react";
import { useAttention } from "../api/devices/use-attention.ts";
import { isDesktop } from "../api/platform.ts";
import { useDevices } from "../api/queries.ts";
import { formatCount } from "../i18n/numbers.ts";
import { useArrivalFocus } from "./arrival.ts";
import { ErrorBoundary } from "./error-boundary.tsx";
import styles from "./page-header.module.css";

interface Props {
  readonly title: string;
  /** Of the title, where it is not the window's. */
  readonly language?: string;
  readonly state?: ReactNode;
  readonly children?: ReactNode;
}

export function PageHeader({ title, language, state, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useArrivalFocus(heading);
  return (
    <header className={styles["header"]}>
      <PageTitle title={title} />
      <div className={styles["name"]}>
        <h1 ref={heading} className="cut" title={title} lang={language} tabIndex={-1}>
          {title}
        </h1>
        {state}
      </div>
      {children}
    </header>
  );
}

/** The title of the browser's tab. An error in counting devices must not break the page. */
export function PageTitle({ title }: { readonly title: string }) {
  return (
    <ErrorBoundary instead={<title>{`${title} · Bramble`}</title>}>
      <CountedTitle title={title} />
    </ErrorBoundary>
  );
}

/** Prefixed with the number of devices that need attention; the desktop app sets its title itself. */
function CountedTitle({ title }: { readonly title: string }) {
  const { data: devices = [] } = useDevices();
  const reasonsOf = useAttention(devices);
  const count = isDesktop ? 0 : devices.filter((device) => reasonsOf(device).length > 0).length;
  return <title>{`${count > 0 ? `(${formatCount(count)}) ` : ""}${title} · Bramble`}</title>;
}
