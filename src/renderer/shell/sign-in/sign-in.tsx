// The page for a browser that is not signed in: name and password, or the link that the hub printed. The desktop app's window
// always is signed in.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useEffect, useState } from "react";
import type { Me } from "../../../shared/security/access.ts";
import { ApiFailure, explain, isSignedOut } from "../../api/client.ts";
import { QUERY_KEYS } from "../../api/queries.ts";
import { type FailedLink, LINK, signIn } from "../../api/session.ts";
import { signInText as t } from "../../i18n/later/sign-in-text.ts";
import { text } from "../../i18n/text.ts";
import form from "../../ui/form.module.css";
import { BrandMark } from "../navigation/brand-mark.tsx";
import styles from "./sign-in.module.css";

interface Props {
  /** The page was opened with a link that did not sign in. */
  readonly failedLink: FailedLink;
  /** The page was in use until its session ended. */
  readonly hasEnded: boolean;
}

export function SignIn({ failedLink, hasEnded }: Props) {
  const isShare = failedLink?.kind === "refused" && failedLink.what === "share";
  return (
    <main className={styles["page"]}>
      <title>{`${t.title} · Bramble`}</title>
      <BrandMark />
      <h1>{hasEnded && failedLink === null ? t.heading.ended : headingOf(failedLink)}</h1>
      {hasEnded && !isShare && <p>{t.ended}</p>}
      {isShare && <p>{t.refusedShare}</p>}
      {failedLink?.kind === "untried" && (
        <>
          <p role="alert">{t.untried(failedLink.reason)}</p>
          <button type="button" className="button primary" onClick={failedLink.tryAgain}>
            {text.words.tryAgain}
          </button>
        </>
      )}
      <PasswordForm />
      {/* A guest with a share link has not seen the link that the hub prints. */}
      {!isShare && <AboutLinks />}
    </main>
  );
}

function headingOf(link: FailedLink): string {
  if (link === null) return t.heading.none;
  return link.kind === "refused" ? t.heading[link.what] : t.heading.untried;
}

function AboutLinks() {
  return (
    <>
      <LinkForm />
      <p className="note">
        {t.aboutLink} <code>bramble serve</code>
      </p>
      <p className="note">{t.forgotten}</p>
    </>
  );
}

/** For a phone or an installed app, which has no field for an address. */
function LinkForm() {
  const [link, setLink] = useState("");
  const [isNone, setNone] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const [hash = ""] = /#.*$/.exec(link.trim()) ?? [];
    setNone(!LINK.test(hash));
    // `reloadOnPastedLink` signs in with it.
    if (LINK.test(hash)) location.hash = hash;
  };
  return (
    <form className={`${form["form"]} ${styles["form"]}`} onSubmit={submit}>
      <label className={form["field"]}>
        {t.orLink}
        <input
          type="url"
          value={link}
          placeholder={new URL("#link=…", document.baseURI).href.replace("%E2%80%A6", "…")}
          autoComplete="off"
          required
          onChange={({ target }) => setLink(target.value)}
        />
      </label>
      {isNone && <p role="alert">{t.noLink}</p>}
      <button type="submit" className="button">
        {t.openLink}
      </button>
    </form>
  );
}

function PasswordForm() {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const attempt = useMutation({
    mutationFn: () => signIn(name, password),
    onSuccess: () => {
      setPassword("");
      const me = queries.getQueryData<Me>(QUERY_KEYS.me);
      // Nothing of what somebody else has seen or typed stays.
      if (me !== undefined && me.name !== name) location.reload();
      else void queries.invalidateQueries();
    },
    onError: (error) => {
      // One that the hub has not looked at may be right.
      if (isSignedOut(error)) setPassword("");
    },
    gcTime: 0,
  });
  const failure = attempt.error instanceof ApiFailure ? attempt.error : null;
  const retryAfterSeconds = failure?.retryAfterSeconds ?? null;
  const waitSeconds = useCountdown(retryAfterSeconds, attempt.failureCount === 0 ? 0 : attempt.submittedAt);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    attempt.mutate();
  };
  return (
    <form className={`panel ${form["form"]} ${styles["form"]}`} onSubmit={submit}>
      <label className={form["field"]}>
        {t.name}
        <input
          value={name}
          autoComplete="username"
          // A phone would begin the name with a capital letter, which is another name.
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          required
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      <label className={form["field"]}>
        {t.password}
        <input
          type="password"
          value={password}
          autoComplete="current-password"
          required
          onChange={({ target }) => setPassword(target.value)}
        />
      </label>
      {attempt.error && <p role="alert">{failure?.code === "locked-out" ? t.tooMany : explain(attempt.error)}</p>}
      <button type="submit" className="button primary" disabled={attempt.isPending || waitSeconds > 0}>
        {waitSeconds > 0 ? t.tryAgainIn(waitSeconds) : t.signIn}
      </button>
    </form>
  );
}

/** The whole seconds that are left of a wait; it begins anew with each `attempt`. */
function useCountdown(seconds: number | null, attempt: number): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (seconds === null || attempt === 0) return;
    const endMs = performance.now() + seconds * 1_000;
    const tick = () => setLeft(Math.max(0, Math.ceil((endMs - performance.now()) / 1_000)));
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [seconds, attempt]);
  return left;
}
