// What the processes on one database server tell each other: the hub and its workers. A store in a file has one process alone.

/** What a text may have: PostgreSQL delivers no more. */
export const MAX_NOTICE_BYTES = 7_900;

export interface NoticeListener {
  readonly onNotice: (text: string) => void;
  /** From here on nothing is missed; what was told before may have been. */
  readonly onGap: () => void;
}
