// The form for a control that a person adds to a device which does not declare it: its kind, its name and what it publishes.
import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { type AddedControl, VALUE_PLACEHOLDER } from "../../../../shared/controls/added-control.ts";
import type { Device } from "../../../../shared/device.ts";
import { explain } from "../../../api/client.ts";
import { changeDevice } from "../../../api/queries.ts";
import { pageText } from "../../../i18n/page-text.ts";
import { text } from "../../../i18n/text.ts";
import form from "../../../ui/form.module.css";
import { Segmented } from "../../../ui/segmented.tsx";
import {
  addedControls,
  type ControlDraft,
  controlIdFor,
  draftOf,
  EMPTY_DRAFT,
  toAddedControl,
} from "./added-control-draft.ts";
import styles from "./added-control-form.module.css";

const t = pageText.addedControl;
const { words } = text;

interface Props {
  readonly device: Device;
  /** The control to change; undefined adds a new one. */
  readonly added: AddedControl | undefined;
  readonly onDone: () => void;
}

export function AddedControlForm({ device, added, onDone }: Props) {
  const [draft, setDraft] = useState(() => (added === undefined ? EMPTY_DRAFT : draftOf(added)));
  const others = addedControls(device).filter(({ control }) => control.id !== added?.control.id);
  const save = useMutation({
    mutationFn: (controls: AddedControl[]) => changeDevice(device.id, { controls }),
    onSuccess: onDone,
  });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const id = added?.control.id ?? controlIdFor(draft.name, device);
    save.mutate([...others, toAddedControl(draft, id)]);
  }

  const set = (change: Partial<ControlDraft>) => setDraft((before) => ({ ...before, ...change }));
  return (
    <form className={form["form"]} onSubmit={submit}>
      <h2 id="added-control-title">{added === undefined ? t.addTitle : t.changeTitle}</h2>
      <p className="note">{t.about}</p>
      <div>
        <Segmented legend={t.kind} options={KIND_OPTIONS} value={draft.kind} onChange={(kind) => set({ kind })} />
      </div>
      <Field label={t.name} value={draft.name} onChange={(name) => set({ name })} maxLength={64} autoFocus />
      <Field
        label={t.topic}
        value={draft.topic}
        onChange={(topic) => set({ topic })}
        maxLength={256}
        placeholder="cmnd/plug/POWER"
      />
      {draft.kind === "switch" ? <SwitchFields draft={draft} set={set} /> : <NumberFields draft={draft} set={set} />}
      {save.error && <p role="alert">{explain(save.error)}</p>}
      <footer>
        {added !== undefined && (
          <button
            type="button"
            className={`button danger ${styles["remove"]}`}
            disabled={save.isPending}
            onClick={() => save.mutate(others)}
          >
            {words.remove}
          </button>
        )}
        <button type="button" className="button" onClick={onDone}>
          {words.cancel}
        </button>
        <button type="submit" className="button primary" disabled={save.isPending}>
          {added === undefined ? words.add : words.save}
        </button>
      </footer>
    </form>
  );
}

const KIND_OPTIONS = [
  ["switch", t.kinds.switch],
  ["number", t.kinds.number],
] as const;

interface PartProps {
  readonly draft: ControlDraft;
  readonly set: (change: Partial<ControlDraft>) => void;
}

function SwitchFields({ draft, set }: PartProps) {
  return (
    <div className={styles["pair"]}>
      <Field label={t.sentForOn} value={draft.on} onChange={(on) => set({ on })} maxLength={1_000} />
      <Field label={t.sentForOff} value={draft.off} onChange={(off) => set({ off })} maxLength={1_000} />
    </div>
  );
}

function NumberFields({ draft, set }: PartProps) {
  return (
    <>
      <Field
        label={t.template(VALUE_PLACEHOLDER)}
        value={draft.template}
        onChange={(template) => set({ template })}
        maxLength={1_000}
      />
      <div className={styles["pair"]}>
        <Field label={t.from} type="number" value={draft.min} onChange={(min) => set({ min })} isOptional />
        <Field label={t.to} type="number" value={draft.max} onChange={(max) => set({ max })} isOptional />
        <Field label={t.step} type="number" value={draft.step} onChange={(step) => set({ step })} isOptional />
        <Field label={t.unit} value={draft.unit} onChange={(unit) => set({ unit })} maxLength={32} isOptional />
      </div>
    </>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: "text" | "number";
  readonly maxLength?: number;
  readonly placeholder?: string;
  readonly isOptional?: boolean;
  readonly autoFocus?: boolean;
}

function Field({ label, value, onChange, type = "text", isOptional = false, ...rest }: FieldProps) {
  return (
    <label className={form["field"]}>
      {label}
      <input
        {...rest}
        type={type}
        step={type === "number" ? "any" : undefined}
        required={!isOptional}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
