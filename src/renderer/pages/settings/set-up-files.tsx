// The set-up as a file: saved, and applied once a person has seen what it changes.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { SetUpOutcome } from "../../../shared/settings/set-up.ts";
import { explain } from "../../api/client.ts";
import { applySetUp, exportSetUp } from "../../api/hub-settings.ts";
import { offerFile } from "../../api/platform.ts";
import { settingsText as text } from "../../i18n/settings/text.ts";
import { Confirm } from "../../ui/dialogs/confirm.tsx";
import { latestError } from "./latest-error.ts";
import { Setting } from "./setting.tsx";
import styles from "./settings-page.module.css";

const MAX_SHOWN_CHANGES = 100;

export function SetUpFiles() {
  const input = useRef<HTMLInputElement>(null);
  const queries = useQueryClient();
  const [fileProblem, setFileProblem] = useState<string>();
  const save = useMutation({
    mutationFn: exportSetUp,
    onSuccess: (file) => offerFile(jsonOf(file), "bramble-set-up.json"),
  });
  const preview = useMutation({ mutationFn: (file: unknown) => applySetUp(file, true), gcTime: 0 });
  const apply = useMutation({
    mutationFn: (file: unknown) => applySetUp(file, false),
    onSuccess: () => void queries.invalidateQueries(),
    gcTime: 0,
  });
  const read = async (file: File) => {
    apply.reset();
    const content = await readJson(file);
    const isRead = "value" in content;
    setFileProblem(isRead ? undefined : content.problem);
    if (isRead) preview.mutate(content.value);
    else preview.reset();
  };
  const error = latestError(save, preview);
  const problem = fileProblem ?? (error === null ? undefined : explain(error));
  const isAsking = preview.data !== undefined && apply.data === undefined;
  return (
    <Setting id="setUp" hint={text.setUpHint} isWide problem={problem}>
      <button type="button" className="button" disabled={save.isPending} onClick={() => save.mutate()}>
        {text.export}
      </button>
      <button type="button" className="button" disabled={preview.isPending} onClick={() => input.current?.click()}>
        {text.apply}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={text.apply}
        accept=".json,application/json"
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          target.value = "";
          if (file !== undefined) void read(file);
        }}
      />
      <span role="status">{apply.data !== undefined && text.applied(apply.data.changes.length)}</span>
      {isAsking && (
        <Confirm
          question={text.applyQuestion}
          action={text.applyAction}
          isPending={apply.isPending || preview.data.changes.length === 0}
          pendingMessage={apply.isPending ? text.starting : ""}
          errorMessage={apply.error === null ? undefined : explain(apply.error)}
          onConfirm={() => apply.mutate(preview.variables)}
          onClosed={() => preview.reset()}
        >
          <Changes outcome={preview.data} />
        </Confirm>
      )}
    </Setting>
  );
}

function Changes({ outcome: { changes, awaited } }: { readonly outcome: SetUpOutcome }) {
  if (changes.length === 0) return <p>{text.noChanges}</p>;
  return (
    <>
      <p>{text.changes(changes.length)}</p>
      <ul className={styles["changes"]}>
        {changes.slice(0, MAX_SHOWN_CHANGES).map(({ path, before, after }) => (
          <li key={path}>
            <code>{path}</code>: <del>{shown(before)}</del> → <ins>{shown(after)}</ins>
          </li>
        ))}
        {changes.length > MAX_SHOWN_CHANGES && <li>{text.moreChanges(changes.length - MAX_SHOWN_CHANGES)}</li>}
      </ul>
      {awaited.length > 0 && <p>{text.awaited(awaited.join(", "))}</p>}
    </>
  );
}

function jsonOf(value: unknown): Blob {
  return new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: "application/json" });
}

function shown(value: unknown): string {
  if (value === null) return text.nothingThere;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Or why it has none. */
async function readJson(file: File): Promise<{ readonly value: unknown } | { readonly problem: string }> {
  try {
    return { value: JSON.parse(await file.text()) };
  } catch (error) {
    return { problem: error instanceof SyntaxError ? text.notJson : text.fileChanged };
  }
}
