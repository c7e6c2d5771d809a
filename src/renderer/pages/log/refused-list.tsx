// Messages that the hub refused: why, how they begin, and a way to try again what was kept whole.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Refused } from "../../../shared/api.ts";
import type { Published } from "../../../shared/mqtt/message-log.ts";
import { announce } from "../../api/announcements.ts";
import { apiUrl, explain, post } from "../../api/client.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { QUERY_KEYS, useRefused } from "../../api/queries.ts";
import { Moment } from "../../i18n/moment.tsx";
import { formatCount } from "../../i18n/numbers.ts";
import { formatMoment } from "../../i18n/times.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import rowStyles from "../../ui/rows.module.css";
import { SteadyRows } from "../../ui/steady-rows.tsx";
import filterStyles from "./live/live-log.module.css";
import page from "./log-page.module.css";
import type { Draft } from "./publish/publish-box.tsx";
import styles from "./refused-list.module.css";
import { words } from "./words.ts";

const ROWS_PER_PAGE = 50;
const MAX_SHOWN_CHARACTERS = 500;

interface Props {
  /** Copies a message to the publish box; undefined without the right to publish or retry. */
  readonly onEdit: ((draft: Draft) => void) | undefined;
  /** Panels beside the messages. */
  readonly children: ReactNode;
}

export function RefusedList({ onEdit, children }: Props) {
  const list = useRefused();
  const { data: refused, isLoadingError } = list;
  const [most, setMost] = useState(ROWS_PER_PAGE);
  const [wanted, setWanted] = useState("");
  const found = refused?.filter((one) => fits(one, wanted));
  return (
    <div className={page["columns"]}>
      <div className={page["messages"]}>
        <p className={page["about"]}>{words.refusedAbout}</p>
        {isLoadingError && <Failure title={words.refusedNotLoaded} of={list} />}
        {refused === undefined && !isLoadingError && <div className="skeleton loading" aria-hidden="true" />}
        {refused?.length === 0 && <p>{words.noneRefused}</p>}
        {refused !== undefined && refused.length > 0 && (
          <search className={`${filterStyles["filters"]} ${styles["search"]}`}>
            <input
              type="search"
              aria-label={words.searchRefused}
              placeholder={words.searchRefused}
              value={wanted}
              onChange={({ target }) => setWanted(target.value)}
            />
          </search>
        )}
        {found?.length === 0 && refused?.length !== 0 && <p>{words.noneFits}</p>}
        {found !== undefined && found.length > 0 && (
          <SteadyRows items={found.slice(0, most)} idOf={({ id }) => String(id)}>
            {(one) => <RefusedMessage refused={one} onEdit={onEdit} />}
          </SteadyRows>
        )}
        {found !== undefined && found.length > most && (
          <button type="button" className="button" onClick={() => setMost(most + ROWS_PER_PAGE)}>
            {words.showMore}
          </button>
        )}
      </div>
      <div className={page["aside"]}>{children}</div>
    </div>
  );
}

function fits({ source, device = "", address, message, excerpt }: Refused, wanted: string): boolean {
  const text = wanted.toLowerCase();
  return [source, device, address, message, excerpt].some((where) => where.toLowerCase().includes(text));
}

function RefusedMessage({ refused, onEdit }: Pick<Props, "onEdit"> & { readonly refused: Refused }) {
  const { id, atMs, address, source, device, message, count, excerpt, code, isWhole = false } = refused;
  const nowMs = useNow(60_000);
  const isLong = excerpt.length > MAX_SHOWN_CHARACTERS;
  const beginning = isLong ? `${excerpt.slice(0, MAX_SHOWN_CHARACTERS)}…` : excerpt;
  const queries = useQueryClient();
  const retrying = useMutation({
    mutationFn: () => post<Published>(apiUrl(`refused/${id}/retry`), {}),
    onSuccess: ({ accepted }) => {
      announce(words.retried(accepted, formatCount(accepted)));
      void queries.invalidateQueries({ queryKey: QUERY_KEYS.refused });
    },
  });
  // On a topic that is not one of the hub's it would be refused again: it has to be published on another.
  const mayHelp = isWhole && code !== "forbidden";
  const edit = onEdit && (() => onEdit({ topic: topicOf(refused), payload: excerpt }));
  return (
    <>
      <div>
        <div className={styles["reason"]}>
          {message} {count !== undefined && <b>{words.moreLike(formatCount(count))}</b>}
        </div>
        <p className="note">
          <Moment ms={atMs}>{formatMoment(atMs, nowMs)}</Moment>
          {` · ${[source, device, address].filter((part) => part !== undefined).join(" · ")}`}
        </p>
        {excerpt !== "" && <pre className={styles["excerpt"]}>{beginning}</pre>}
        {!isWhole && <p className="note">{words.notWhole}</p>}
        {retrying.error !== null && <p role="alert">{explain(retrying.error)}</p>}
      </div>
      {edit !== undefined && isWhole && (
        <div className={rowStyles["buttons"]}>
          {mayHelp && (
            <button
              type="button"
              className="button small"
              aria-label={words.tryAgainOf(source)}
              disabled={retrying.isPending || retrying.isSuccess}
              onClick={() => retrying.mutate()}
            >
              {retrying.isPending ? words.trying : words.tryAgain}
            </button>
          )}
          <button type="button" className="button small" aria-label={words.sendAgainOf(source)} onClick={edit}>
            {words.sendAgain}
          </button>
        </div>
      )}
    </>
  );
}

/** A message over HTTP or a WebSocket has no topic: it is published as readings. */
function topicOf({ source, device }: Refused): string {
  if (!source.includes(" ")) return source;
  return device === undefined ? "sensor/data" : `sensor/${device}/data`;
}
