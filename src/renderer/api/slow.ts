// Marks queries that take the hub seconds: no page waits for them.
export const SLOW = { isSlow: true } as const;
