// Publishes a message by hand, as a client of the broker would, and stores the last ones.
import { useMutation } from "@tanstack/react-query";
import { type KeyboardEvent, type SubmitEvent, useEffect, useId, useRef } from "react";
import type { Published } from "../../../../shared/mqtt/message-log.ts";
import { apiUrl, explain, post } from "../../../api/client.ts";
import { useSignal } from "../../../api/feed/signal.ts";
import { useStored } from "../../../api/local-storage/stored.ts";
import { useDevices } from "../../../api/queries.ts";
import { formatCount } from "../../../i18n/numbers.ts";
import form from "../../../ui/form.module.css";
import { isCommandKey } from "../../../ui/modifier-key.ts";
import { FoldingPanel } from "../folding-panel.tsx";
import { words } from "../words.ts";
import styles from "./publish-box.module.css";
import { beingWritten, type PublishedMessage, publishHistory, QOS_LEVELS, remember } from "./publish-history.ts";

/** The message to publish; a new one replaces the content of the box. */
export type Draft = Pick<PublishedMessage, "topic" | "payload">;

export function PublishBox({ draft }: { readonly draft: Draft | undefined }) {
  const message = useSignal(beingWritten);
  const payloadField = useRef<HTMLTextAreaElement>(null);
  const publishing = useMutation({
    mutationFn: (published: PublishedMessage) => post<Published>(apiUrl("messages"), published),
    onSuccess: (_outcome, published) => remember(published),
  });
  const { reset } = publishing;
  useEffect(() => {
    if (draft === undefined) return;
    beingWritten.set({ ...beingWritten.get(), ...draft });
    reset();
    payloadField.current?.focus();
  }, [draft, reset]);
  const change = (changes: Partial<PublishedMessage>) => {
    beingWritten.set({ ...message, ...changes });
    if (!publishing.isPending) reset();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!publishing.isPending) publishing.mutate(message);
  };
  const { data, error, isPending } = publishing;
  return (
    <FoldingPanel title={words.publishTitle} opensFor={draft}>
      <form className={form["form"]} onSubmit={submit}>
        <p className="note">{words.publishAbout}</p>
        <TopicField value={message.topic} onChange={(topic) => change({ topic })} />
        <label className={form["field"]}>
          {words.publishPayload}
          <textarea
            ref={payloadField}
            rows={3}
            spellCheck={false}
            value={message.payload}
            onChange={({ target }) => change({ payload: target.value })}
            onKeyDown={submitByKeys}
          />
        </label>
        <div className={styles["options"]}>
          <label>
            {words.qos}
            <select
              value={message.qos}
              onChange={({ target }) =>
                change({ qos: QOS_LEVELS.find((level) => String(level) === target.value) ?? 0 })
              }
            >
              {QOS_LEVELS.map((level) => (
                <option key={level}>{level}</option>
              ))}
            </select>
          </label>
          <label title={words.retainAbout}>
            <input
              type="checkbox"
              checked={message.retain}
              onChange={({ target }) => change({ retain: target.checked })}
            />
            {words.retain}
          </label>
          <button
            type="submit"
            className="button primary"
            aria-keyshortcuts={isCommandKey ? "Meta+Enter" : "Control+Enter"}
            title={words.publishKeys(isCommandKey ? "⌘Enter" : "Ctrl+Enter")}
            disabled={isPending || message.topic === ""}
          >
            {words.publish}
          </button>
        </div>
        {error !== null && <p role="alert">{explain(error)}</p>}
        <p role="status" className={styles["outcome"]}>
          {isPending ? words.publishing : data && outcomeText(data)}
        </p>
      </form>
      <History onSelect={change} />
    </FoldingPanel>
  );
}

/** Enter alone begins a line. */
function submitByKeys(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}

interface TopicFieldProps {
  readonly value: string;
  readonly onChange: (topic: string) => void;
}

/** With the topics of the devices to choose from. */
function TopicField({ value, onChange }: TopicFieldProps) {
  const { data: devices = [] } = useDevices();
  const listId = useId();
  return (
    <label className={form["field"]}>
      {words.publishTopic}
      <input
        required
        maxLength={1_024}
        placeholder="home/lamp"
        autoCapitalize="off"
        autoComplete="off"
        spellCheck={false}
        list={listId}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
      <datalist id={listId}>
        {devices.map(({ id }) => (
          <option key={id} value={`sensor/${id}/data`} />
        ))}
      </datalist>
    </label>
  );
}

function History({ onSelect }: { readonly onSelect: (message: PublishedMessage) => void }) {
  const history = useStored(publishHistory);
  if (history.length === 0) return null;
  return (
    <details className={styles["history"]}>
      <summary>{words.history}</summary>
      <ul>
        {history.map((message) => (
          <li key={`${message.topic}\n${message.payload}`}>
            <button type="button" aria-description={words.historyUse} onClick={() => onSelect(message)}>
              <span className="cut">{message.topic}</span>
              <code className="cut">{message.payload}</code>
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="button small" onClick={() => publishHistory.set([])}>
        {words.historyClear}
      </button>
    </details>
  );
}

function outcomeText({ verdict, accepted, joining, hasSubscribers }: Published): string {
  const { stored, forwarded, waiting, subscribed, unsubscribed } = words.published;
  const outcome =
    joining === "waiting" ? waiting : verdict === "stored" ? stored(accepted, formatCount(accepted)) : forwarded;
  if (hasSubscribers === undefined || (verdict === "stored" && !hasSubscribers)) return outcome;
  return `${outcome} ${hasSubscribers ? subscribed : unsubscribed}`;
}
