// The page for a browser that is not signed in. The desktop app's window always is.
import { BrandMark } from "./brand-mark.tsx";
import styles from "./sign-in.module.css";

interface Props {
  /** The page was opened with a sign-in link that the hub refused. */
  readonly isLinkRefused: boolean;
}

export function SignIn({ isLinkRefused }: Props) {
  return (
    <main className={styles["page"]}>
      <title>Sign in · Bramble</title>
      <BrandMark />
      <h1>{isLinkRefused ? "This link was used before or is too old" : "You are not signed in"}</h1>
      <p>Open the link that the hub printed when it started. It looks like this:</p>
      <pre>{new URL("#link=…", document.baseURI).href.replace("%E2%80%A6", "…")}</pre>
      <p className="note">
        A link works once, within ten minutes. For a new one, restart the hub: <code>bramble serve</code>
      </p>
    </main>
  );
}
