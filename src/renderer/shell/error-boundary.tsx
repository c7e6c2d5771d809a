// An error boundary around a page: navigation and status stay, and the page shows the error. A page whose chunk failed to load, since
// the hub was unreachable, is loaded once the hub is back.
import { Component, type ReactNode } from "react";
import { text } from "../i18n/text.ts";
import styles from "./error-boundary.module.css";
import { LINKS } from "./use-route.ts";

const HUB_PERIOD_MS = 2_000;
/** The error texts of Chromium, Firefox, Safari, and the loader of style sheets. */
const NOT_LOADED = /preload CSS|imported module|module script/i;

interface Props {
  readonly children: ReactNode;
  /** What is shown instead of a page's message. */
  readonly instead?: ReactNode;
}

interface State {
  readonly error: Error | null;
}

/** Give it the page as its key, so that another page starts without the error. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  #timer: ReturnType<typeof setInterval> | undefined;
  /** Since the error. */
  #wasHubAway = false;

  static getDerivedStateFromError(cause: unknown) {
    return { error: cause instanceof Error ? cause : new Error(String(cause)) };
  }

  override componentDidMount() {
    this.#waitForHub();
  }

  override componentDidUpdate(_props: Props, before: State) {
    if (before.error !== this.state.error) this.#waitForHub();
  }

  override componentWillUnmount() {
    clearInterval(this.#timer);
  }

  override render() {
    const { error } = this.state;
    const { children, instead } = this.props;
    if (error === null) return children;
    if (instead !== undefined) return instead;
    return (
      <div className={styles["failed"]} role="alert">
        <title>{`${text.shell.pageFailed} · Bramble`}</title>
        <h1 tabIndex={-1}>{text.shell.pageFailed}</h1>
        <p>{NOT_LOADED.test(error.message) ? text.connection.noAnswer : text.shell.pageFailedAdvice}</p>
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

  /**
   * An import that failed fails again until the window is loaded anew. Where the hub was there all the time, that would not help:
   * the file is missing for good.
   */
  #waitForHub(): void {
    clearInterval(this.#timer);
    this.#wasHubAway = false;
    const { error } = this.state;
    if (error === null || !NOT_LOADED.test(error.message)) return;
    const look = async () => {
      if (!(await isHubThere())) this.#wasHubAway = true;
      else if (this.#wasHubAway) location.reload();
    };
    void look();
    this.#timer = setInterval(() => void look(), HUB_PERIOD_MS);
  }
}

async function isHubThere(): Promise<boolean> {
  const answer = await fetch("healthz", { signal: AbortSignal.timeout(HUB_PERIOD_MS) }).catch(() => null);
  return answer?.ok === true;
}
