// Updates of the desktop app: their source, the progress of the next one, and the button that installs it.
import { useEffect, useState } from "react";
import type { UpdateState } from "../../../shared/bridge.ts";
import { desktopUpdates } from "../../api/platform.ts";
import { settingsText as text } from "../../i18n/settings/text.ts";
import { Setting } from "./setting.tsx";
import { TextSetting } from "./text-setting.tsx";

interface Props {
  readonly address: string;
  readonly problem: string | undefined;
  readonly onSave: (address: string, onSaved: () => void) => void;
}

export function UpdateSettings({ address, problem, onSave }: Props) {
  const [state, setState] = useState<UpdateState>({ kind: "off" });
  useEffect(() => desktopUpdates?.watch(setState), []);
  const isReady = state.kind === "ready";
  return (
    <Setting
      id="updates"
      title={text.updates}
      hint={isReady ? text.updateInstallHint : text.updatesHint}
      problem={problem}
      isWide
    >
      <TextSetting
        label={text.updates}
        value={address}
        placeholder="https://"
        pattern="https?://.+"
        patternHint={text.updateProblem}
        isPending={false}
        onSave={onSave}
      />
      <p role="status">{stateText(state)}</p>
      {isReady ? (
        <button type="button" className="button small primary" onClick={() => desktopUpdates?.install()}>
          {text.updateInstall}
        </button>
      ) : (
        state.kind !== "off" && (
          <button type="button" className="button small" onClick={() => desktopUpdates?.check()}>
            {text.updateCheck}
          </button>
        )
      )}
    </Setting>
  );
}

function stateText(state: UpdateState): string {
  switch (state.kind) {
    case "off":
    case "checking":
      return text.updateState[state.kind];
    case "failed":
      return text.updateState[state.reason];
    default:
      return text.updateState[state.kind](state.version);
  }
}
