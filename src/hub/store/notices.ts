// Notifications between the processes on one database server, the hub and its workers. A store in a file has a single process.

/** The limit of a PostgreSQL notification. */
export const MAX_NOTICE_BYTES = 7_900;

export interface NoticeListener {
  readonly onNotice: (text: string) => void;
  /** Earlier notifications may have been missed; from here on none is. */
  readonly onGap: () => void;
}
