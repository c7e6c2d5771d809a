// Keeps an error in one page from emptying the window: navigation and status stay, and the page says what happened.
import { Component, type ReactNode } from "react";
import { text } from "../i18n/text.ts";
import styles from "./error-boundary.module.css";
import { LINKS } from "./use-route.ts";

interface Props {
  readonly children: ReactNode;
}

/** Give it the page as its key, so that another page starts without the error. */
export class ErrorBoundary extends Component<Props, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(cause: unknown) {
    return { error: cause instanceof Error ? cause : new Error(String(cause)) };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className={styles["failed"]} role="alert">
        <title>{`${text.shell.pageFailed} · Bramble`}</title>
        <h1 tabIndex={-1}>{text.shell.pageFailed}</h1>
        <p>{text.shell.pageFailedAdvice}</p>
        <pre className={styles["cause"]}>{error.message}</pre>
        <p className={styles["ways"]}>
          <button type="button" className="button primary" onClick={() => this.setState({ error: null })}>
            {text.shell.drawAgain}
          </button>
          <button type="button" className="button" onClick={() => location.reload()}>
            {text.shell.reload}
          </button>
          <a className="button" href={LINKS.overview}>
            {text.shell.toOverview}
          </a>
        </p>
      </div>
    );
  }
}
