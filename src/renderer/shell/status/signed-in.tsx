// The signed-in person and a sign-out button, in a browser; the app signs in the desktop window.
import { useMutation } from "@tanstack/react-query";
import { explain } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { signOut } from "../../api/session.ts";
import { text } from "../../i18n/text.ts";
import styles from "./hub-status.module.css";

export function SignedIn() {
  const { data: me } = useMe();
  const leaving = useMutation({ mutationFn: signOut });
  if (me?.kind !== "person") return null;
  return (
    <div className={styles["me"]}>
      <span className="cut" title={me.name}>
        {text.words.actor(me.name)}
      </span>
      <button type="button" disabled={leaving.isPending} onClick={() => leaving.mutate()}>
        {text.shell.signOut}
      </button>
      {leaving.error && <p role="alert">{text.shell.notSignedOut(explain(leaving.error))}</p>}
    </div>
  );
}
