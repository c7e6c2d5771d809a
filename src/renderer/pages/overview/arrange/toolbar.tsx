// What narrows the devices down, and how they are laid out. Rooms and tags are offered only where there are any.
import { Expand, LayoutGrid, List, Search, X } from "lucide-react";
import type { ReactNode } from "react";
import type { Device } from "../../../../shared/device.ts";
import { useStored } from "../../../api/local-storage/stored.ts";
import { roomsOf, sortedNames, tagsOf } from "../../../i18n/names.ts";
import { text } from "../../../i18n/text.ts";
import { overviewLayout } from "../../../shell/overview-layout.ts";
import { isStateFilter, STATES, setFilters, useFilters } from "./filters.ts";
import styles from "./toolbar.module.css";

export function Toolbar({ devices }: { readonly devices: readonly Device[] }) {
  const filters = useFilters();
  const rooms = offered(roomsOf(devices), filters.room);
  const tags = offered(tagsOf(devices), filters.tag);
  return (
    <search className={styles["toolbar"]}>
      <div className={styles["query"]}>
        <Search className="icon" aria-hidden="true" />
        <input
          type="search"
          aria-label={text.overview.search}
          placeholder={text.overview.search}
          value={filters.query}
          onChange={({ target }) => setFilters({ ...filters, query: target.value })}
          onKeyDown={({ key, nativeEvent }) =>
            key === "Escape" && !nativeEvent.isComposing && setFilters({ ...filters, query: "" })
          }
        />
        {filters.query !== "" && (
          <button
            type="button"
            aria-label={text.overview.clearSearch}
            onClick={() => setFilters({ ...filters, query: "" })}
          >
            <X className="icon" aria-hidden="true" />
          </button>
        )}
      </div>
      <div className={styles["choices"]}>
        {rooms.length > 0 && (
          <Choice
            label={text.overview.room}
            value={filters.room}
            onChange={(room) => setFilters({ ...filters, room })}
            options={[["", text.overview.allRooms], ...rooms.map((name) => [name, name] as const)]}
          />
        )}
        {tags.length > 0 && (
          <Choice
            label={text.overview.tag}
            value={filters.tag}
            onChange={(tag) => setFilters({ ...filters, tag })}
            options={[["", text.overview.allTags], ...tags.map((name) => [name, name] as const)]}
          />
        )}
        <Choice
          label={text.overview.state}
          value={filters.state}
          onChange={(state) => isStateFilter(state) && setFilters({ ...filters, state })}
          options={STATES.map((state) => [state, text.overview.states[state]] as const)}
        />
        <LayoutChoices hasTags={tags.length > 0} />
      </div>
    </search>
  );
}

/** A room or a tag that a link asks for may be gone: it says all the same what the devices are narrowed down by. */
function offered(names: readonly string[], chosen: string): readonly string[] {
  return chosen === "" ? names : sortedNames([...names, chosen]);
}

function LayoutChoices({ hasTags }: { readonly hasTags: boolean }) {
  const filters = useFilters();
  const layout = useStored(overviewLayout);
  const { groups, orders } = text.overview;
  const showWall = () => {
    setFilters({ ...filters, isWall: true });
    // Without leave, as in a frame, it fills the window.
    document.documentElement.requestFullscreen().catch(() => undefined);
  };
  return (
    <div className={styles["layout"]}>
      <Choice
        label={text.overview.group}
        value={layout.group}
        onChange={(group) =>
          overviewLayout.set({ ...layout, group: group === "tag" || group === "none" ? group : "room" })
        }
        options={[
          ["room", groups.room],
          ...(hasTags || layout.group === "tag" ? [["tag", groups.tag] as const] : []),
          ["none", groups.none],
        ]}
      />
      <Choice
        label={text.overview.order}
        value={layout.order}
        onChange={(order) => overviewLayout.set({ ...layout, order: order === "hand" ? order : "name" })}
        options={[
          ["name", orders.name],
          ["hand", orders.hand],
        ]}
      />
      <fieldset className={styles["views"]}>
        <legend className="unseen">{text.overview.view}</legend>
        <Toggle
          label={text.overview.cards}
          isPressed={layout.view === "cards"}
          onPress={() => overviewLayout.set({ ...layout, view: "cards" })}
        >
          <LayoutGrid className="icon" aria-hidden="true" />
        </Toggle>
        <Toggle
          label={text.overview.list}
          isPressed={layout.view === "list"}
          onPress={() => overviewLayout.set({ ...layout, view: "list" })}
        >
          <List className="icon" aria-hidden="true" />
        </Toggle>
      </fieldset>
      <button
        type="button"
        className={styles["wall"]}
        aria-label={text.overview.wall}
        title={text.overview.wall}
        onClick={showWall}
      >
        <Expand className="icon" aria-hidden="true" />
      </button>
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select aria-label={label} value={value} onChange={({ target }) => onChange(target.value)}>
      {options.map(([option, name]) => (
        <option key={option} value={option}>
          {name}
        </option>
      ))}
    </select>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly isPressed: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

function Toggle({ label, isPressed, onPress, children }: ToggleProps) {
  return (
    <button type="button" aria-label={label} title={label} aria-pressed={isPressed} onClick={onPress}>
      {children}
    </button>
  );
}
