// Devices that ask to join. One is shown at once; several are folded into one line, from which all can be approved. A new one
// comes last, and nothing moves while the pointer is over them: an unknown device must not slip under a press. The first one that
// asks while a page is in use does not push it down: it shows up among the notices at its end.
import { ChevronDown } from "lucide-react";
import { useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import type { Device } from "../../../shared/device.ts";
import { useJoinMany } from "../../api/devices/use-join-decision.ts";
import { usePendingDevices } from "../../api/queries.ts";
import { formatCount } from "../../i18n/numbers.ts";
import { text } from "../../i18n/text.ts";
import { useSteady } from "../../ui/hooks/use-steady.ts";
import { NOTICES_ID } from "../../ui/notices-id.ts";
import { type Given, JoinRequest, NOTHING_GIVEN, RoomOptions } from "./join-request.tsx";
import styles from "./join-requests.module.css";

const MAX_NAMED_DEVICES = 3;

interface Props {
  /** Whether a person waits for them here: several are shown at once, and each where the page has its place for them. */
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
        <RequestList requests={shown} given={NOBODY_GIVEN} />
      )}
    </section>
  );
}

/** A device that has been decided on keeps its place, by its id, until the pointer is gone. */
type Request = Device | string;

/** What was typed for each device, by its id. */
type AllGiven = Readonly<Record<string, Given>>;
const NOBODY_GIVEN: AllGiven = {};

interface ListProps {
  readonly requests: readonly Request[];
  readonly given: AllGiven;
  /** Without it each request keeps what is typed. */
  readonly onGiven?: (id: string, given: Given) => void;
}

function RequestList({ requests, given, onGiven }: ListProps) {
  return (
    <ul>
      {requests.map((request) => (
        <li key={typeof request === "string" ? request : request.id}>
          {typeof request === "string" ? (
            <div className={styles["decided"]} />
          ) : onGiven === undefined ? (
            <JoinRequest device={request} />
          ) : (
            <JoinRequest
              device={request}
              given={given[request.id] ?? NOTHING_GIVEN}
              onGiven={(one) => onGiven(request.id, one)}
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
  const [given, setGiven] = useState(NOBODY_GIVEN);
  const rooms = useId();
  const joining = useJoinMany();
  // A key is accepted by the one who has compared its code.
  const plain = pending.filter(({ offeredKey }) => offeredKey === undefined);
  const names = pending.slice(0, MAX_NAMED_DEVICES).map(({ name }) => name);
  const approveAll = () =>
    joining.mutate(
      plain.map(({ id }) => {
        const { name, room: own } = given[id] ?? NOTHING_GIVEN;
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
      {joining.error && <p role="alert">{text.joining.someFailed}</p>}
      {isOpen && (
        <RequestList
          requests={requests}
          given={given}
          onGiven={(id, one) => setGiven((before) => ({ ...before, [id]: one }))}
        />
      )}
    </div>
  );
}
