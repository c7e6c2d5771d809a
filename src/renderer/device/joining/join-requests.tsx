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
import { EMPTY_DRAFT, type JoinDraft, JoinRequest, RoomOptions } from "./join-request.tsx";
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
      {shown.length > 1 ? (
        <Folded requests={shown} pending={pending} isOpenAtFirst={isOpenAtFirst} />
      ) : (
        <RequestList requests={shown} drafts={NO_DRAFTS} />
      )}
    </section>
  );
}

/** A device after the decision keeps its place, by its id, until the pointer leaves. */
type Request = Device | string;

/** By device id. */
type JoinDrafts = Readonly<Record<string, JoinDraft>>;
const NO_DRAFTS: JoinDrafts = {};

interface ListProps {
  readonly requests: readonly Request[];
  readonly drafts: JoinDrafts;
  /** Without it each request holds its own draft. */
  readonly onDraftChange?: (id: string, draft: JoinDraft) => void;
}

function RequestList({ requests, drafts, onDraftChange }: ListProps) {
  return (
    <ul>
      {requests.map((request) => (
        <li key={typeof request === "string" ? request : request.id}>
          {typeof request === "string" ? (
            <div className={styles["decided"]} />
          ) : onDraftChange === undefined ? (
            <JoinRequest device={request} />
          ) : (
            <JoinRequest
              device={request}
              draft={drafts[request.id] ?? EMPTY_DRAFT}
              onDraftChange={(draft) => onDraftChange(request.id, draft)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

interface FoldedProps {
  readonly requests: readonly Request[];
  readonly pending: readonly Device[];
  readonly isOpenAtFirst: boolean;
}

function Folded({ requests, pending, isOpenAtFirst }: FoldedProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const [room, setRoom] = useState("");
  const [drafts, setDrafts] = useState(NO_DRAFTS);
  const rooms = useId();
  const joining = useJoinMany();
  // A device that offers a key is approved individually, by comparing the key's code.
  const plain = pending.filter(({ offeredKey }) => offeredKey === undefined);
  const names = pending.slice(0, MAX_NAMED_DEVICES).map(({ name }) => name);
  const approveAll = () =>
    joining.mutate(
      plain.map(({ id }) => {
        const { name, room: own } = drafts[id] ?? EMPTY_DRAFT;
        return { id, name: name.trim(), room: own.trim() || room.trim() };
      }),
    );
  const others = pending.length - names.length;
  return (
    <div className={styles["folded"]}>
      <div className={styles["summary"]}>
        <button type="button" className={styles["toggle"]} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <ChevronDown className="icon" aria-hidden="true" />
          <strong>{text.joining.many(formatCount(pending.length))}</strong>
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
      {joining.error && (
        <p role="alert">
          {text.joining.someFailed} {explain(joining.error)}
        </p>
      )}
      {isOpen && (
        <RequestList
          requests={requests}
          drafts={drafts}
          onDraftChange={(id, draft) => setDrafts((before) => ({ ...before, [id]: draft }))}
        />
      )}
    </div>
  );
}
