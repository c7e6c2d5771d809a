// The password of the person who looks. The owner has none: the computer that the hub runs on signs them in.
import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useId, useState } from "react";
import { MIN_PASSWORD_CHARACTERS, type PasswordChange } from "../../../shared/security/access.ts";
import { OWNER } from "../../../shared/security/roles.ts";
import { apiUrl, explain, postForNothing } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { settingsText as text } from "../../i18n/settings/text.ts";
import { Dialog } from "../../ui/dialogs/dialog.tsx";
import form from "../../ui/form.module.css";
import { Setting } from "./setting.tsx";

export function useHasPassword(): boolean {
  const { data: me } = useMe();
  return me?.kind === "person" && me.name !== OWNER;
}

export function OwnPassword() {
  const { data: me } = useMe();
  const [isOpen, setOpen] = useState(false);
  return (
    <Setting id="password" title={text.password} hint={text.passwordHint}>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {text.changePassword}
      </button>
      {isOpen && me !== undefined && <PasswordForm name={me.name} onClosed={() => setOpen(false)} />}
    </Setting>
  );
}

function PasswordForm({ name, onClosed }: { readonly name: string; readonly onClosed: () => void }) {
  const title = useId();
  const [entered, setEntered] = useState<PasswordChange>({ current: "", password: "" });
  const change = useMutation({
    mutationFn: () => postForNothing(apiUrl("me/password"), entered, "PUT"),
    // The session has ended, and nothing that was shown is to stay in memory.
    onSuccess: () => location.reload(),
    gcTime: 0,
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Dialog titleId={title} onClosed={onClosed}>
      {(close) => (
        <form className={form["form"]} onSubmit={submit}>
          <h2 id={title}>{text.changePassword}</h2>
          {/* For a password manager. */}
          <input type="text" autoComplete="username" value={name} readOnly hidden />
          <label className={form["field"]}>
            {text.currentPassword}
            <input
              type="password"
              value={entered.current}
              maxLength={256}
              required
              autoComplete="current-password"
              onChange={({ target }) => setEntered({ ...entered, current: target.value })}
            />
          </label>
          <label className={form["field"]}>
            {text.newPassword(MIN_PASSWORD_CHARACTERS)}
            <input
              type="password"
              value={entered.password}
              minLength={MIN_PASSWORD_CHARACTERS}
              maxLength={256}
              required
              autoComplete="new-password"
              onChange={({ target }) => setEntered({ ...entered, password: target.value })}
            />
          </label>
          {change.error && <p role="alert">{explain(change.error)}</p>}
          <footer>
            <button type="button" className="button" onClick={close}>
              {text.cancel}
            </button>
            <button type="submit" className="button primary" disabled={change.isPending || change.isSuccess}>
              {text.changePassword}
            </button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}
