// The desktop app's notifications and quiet hours. Empty in a browser.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { NOTICE_KINDS, type NoticeSettings } from "../../../shared/notices/notices.ts";
import { desktopNotices } from "../../api/platform.ts";
import { notificationText as text } from "../../i18n/later/notification-text.ts";
import form from "../../ui/form.module.css";
import styles from "./notification-settings.module.css";

const QUERY_KEY = ["notice-settings"];
const USUAL_QUIET = { from: "22:00", to: "07:00" };

export function NotificationSettings() {
  const queries = useQueryClient();
  const { data: settings } = useQuery({
    queryKey: QUERY_KEY,
    queryFn: async () => (await desktopNotices?.settings()) ?? null,
  });
  const changing = useMutation({
    mutationFn: async (changed: NoticeSettings) => desktopNotices?.change(changed),
    onMutate: (changed) => queries.setQueryData(QUERY_KEY, changed),
    onError: () => queries.invalidateQueries({ queryKey: QUERY_KEY }),
  });
  if (settings === undefined || settings === null) return null;
  const { quiet } = settings;
  const change = (changes: Partial<NoticeSettings>) => changing.mutate({ ...settings, ...changes });
  return (
    <div className={styles["settings"]}>
      <p className="note">{text.about}</p>
      {NOTICE_KINDS.map((kind) => (
        <label key={kind}>
          <input
            type="checkbox"
            checked={settings[kind]}
            onChange={({ target }) => change({ [kind]: target.checked })}
          />
          {text.kinds[kind]}
        </label>
      ))}
      <label>
        <input
          type="checkbox"
          checked={quiet !== null}
          onChange={({ target }) => change({ quiet: target.checked ? USUAL_QUIET : null })}
        />
        {text.quiet}
      </label>
      {quiet !== null && (
        <div className={styles["hours"]}>
          <Hour label={text.from} value={quiet.from} onChange={(from) => change({ quiet: { ...quiet, from } })} />
          <Hour label={text.to} value={quiet.to} onChange={(to) => change({ quiet: { ...quiet, to } })} />
          <p className="note">{text.quietAbout}</p>
        </div>
      )}
      {changing.isError && <p role="alert">{text.notKept}</p>}
    </div>
  );
}

interface HourProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (time: string) => void;
}

function Hour({ label, value, onChange }: HourProps) {
  return (
    <label className={form["field"]}>
      {label}
      <input
        type="time"
        required
        value={value}
        onChange={({ target }) => target.value !== "" && onChange(target.value)}
      />
    </label>
  );
}
