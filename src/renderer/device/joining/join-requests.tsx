// Devices that request to join. One is shown in full; several are folded into one line, from which all can be approved. A new one is
// added last, and nothing moves while the pointer is over them, so that no unknown device is approved by mistake. The first request
// on a page in use does not shift it: it appears among the notices at its end.
import { ChevronDown } from "lucide-react";
import { useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import type { Device } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { useJoinMany } from "../../api/devices/use-join-decision.ts";
import { usePendingDevices } from "../../api/queries.ts";
import { formatCount } from "../../i18n/numbers.ts";
import { text } from "../../i18n/text.ts";
import { useSteady } from "../../ui/hooks/use-steady.ts";
import { NOTICES_ID } from "../../ui/notices-id.ts";
import { type JoinDraft, JoinRequest, RoomOptions } from "./join-request.tsx";
import styles from "./join-requests.module.css";

const MAX_NAMED_DEVICES = 3;

interface Props {
  /** Whether the page waits for requests: several are unfolded, in the page's own place for them. */
  readonly isAwaited?: boolean;
}

export function JoinRequests({ isAwaited = false }: Props) {
  const { data: pending } = usePendingDevices();
  const [isLate, setLate] = useState(false);
  if (!isAwaited && !isLate && pending?.length === 0) setLate(true);
  const notices = isLate ? document.getElementById(NOTICES_ID) : null;
  if (notices === null) return <Requests isOpenAtFirst={isAwaited} />;
  return createPortal(<Requests isOpenAtFirst={false} isLate={true} />, notices);
}

interface RequestsProps {
  readonly isOpenAtFirst: boolean;
  /** Among the notices. */
  readonly isLate?: boolean;
}

function Requests({ isOpenAtFirst, isLate = false }: RequestsProps) {
  const region = useRef<HTMLElement>(null);
  const { data: pending = [] } = usePendingDevices();
  const ids = pending.map(({ id }) => id);
  const steadyIds = useSteady(ids, ids.join("\n"), region);
  const shown = steadyIds.map((id) => pending.find((device) => device.id === id) ?? id);
  return (
    <section
      ref={region}
      className={`${styles["requests"]} ${isLate ? styles["late"] : ""}`}
      aria-label={text.joining.wantToJoin}
      hidden={shown.length === 0}
    >
      {shown.length > 0 && <Shown requests={shown} isOpenAtFirst={isOpenAtFirst} />}
    </section>
  );
}

/** A device after the decision keeps its place, by its id, until the pointer leaves. */
type Request = Device | string;

/** By the id of the device that is being named. */
type JoinDrafts = ReadonlyMap<string, JoinDraft>;

interface ShownProps {
  readonly requests: readonly Request[];
  readonly isOpenAtFirst: boolean;
}

/** The list has one place, whether there is a line above it or not: what is being typed in it stays when another device asks. */
function Shown({ requests, isOpenAtFirst }: ShownProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const [drafts, setDrafts] = useState<JoinDrafts>(new Map());
  const joining = useJoinMany();
  const isFolded = requests.length > 1;
  const onDraftChange = (id: string, draft: JoinDraft) => {
    setOpen(true);
    setDrafts((before) => new Map(before).set(id, draft));
  };
  return (
    <div className={isFolded ? styles["folded"] : undefined}>
      {isFolded && (
        <Summary
          waiting={requests.filter((request) => typeof request !== "string")}
          drafts={drafts}
          joining={joining}
          isOpen={isOpen}
          onToggle={() => setOpen(!isOpen)}
        />
      )}
      {joining.error && (
        <p role="alert">
          {text.joining.someFailed} {explain(joining.error)}
        </p>
      )}
      {(isOpen || !isFolded) && <RequestList requests={requests} drafts={drafts} onDraftChange={onDraftChange} />}
    </div>
  );
}

interface ListProps {
  readonly requests: readonly Request[];
  readonly drafts: JoinDrafts;
  readonly onDraftChange: (id: string, draft: JoinDraft) => void;
}

function RequestList({ requests, drafts, onDraftChange }: ListProps) {
  return (
    <ul>
      {requests.map((request) => (
        <li key={typeof request === "string" ? request : request.id}>
          {typeof request === "string" ? (
            <div className={styles["decided"]} />
          ) : (
            <JoinRequest
              device={request}
              draft={drafts.get(request.id)}
              onDraftChange={(draft) => onDraftChange(request.id, draft)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

interface SummaryProps {
  /** Those that are shown: one that has asked since is not approved with them. */
  readonly waiting: readonly Device[];
  readonly drafts: JoinDrafts;
  readonly joining: ReturnType<typeof useJoinMany>;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function Summary({ waiting, drafts, joining, isOpen, onToggle }: SummaryProps) {
  const [room, setRoom] = useState("");
  const rooms = useId();
  // A device that offers a key is approved individually, by comparing the key's code.
  const plain = waiting.filter(({ offeredKey }) => offeredKey === undefined);
  const names = waiting.slice(0, MAX_NAMED_DEVICES).map(({ name }) => name);
  const others = waiting.length - names.length;
  const approveAll = () =>
    joining.mutate(
      plain.map(({ id }) => {
        const { name = "", room: own = "" } = drafts.get(id) ?? {};
        return { id, name: name.trim(), room: own.trim() || room.trim() };
      }),
    );
  return (
    <div className={styles["summary"]}>
      <button type="button" className={styles["toggle"]} aria-expanded={isOpen} onClick={onToggle}>
        <ChevronDown className="icon" aria-hidden="true" />
        <strong>{text.joining.many(formatCount(waiting.length))}</strong>
        <span className="cut">
          {names.join(", ")}
          {others > 0 && ` ${text.presence.andMore(formatCount(others))}`}
        </span>
      </button>
      {isOpen && (
        <>
          <input
            className={styles["room"]}
            aria-label={text.joining.roomOfAll}
            placeholder={text.joining.roomOfAll}
            maxLength={64}
            list={rooms}
            value={room}
            onChange={({ target }) => setRoom(target.value)}
          />
          <RoomOptions id={rooms} />
        </>
      )}
      {plain.length > 0 && (
        <button type="button" className="button small primary" disabled={joining.isPending} onClick={approveAll}>
          {text.joining.approveAll(formatCount(plain.length))}
        </button>
      )}
    </div>
  );
}
