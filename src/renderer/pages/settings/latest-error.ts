// Of several actions in one place, why the last one failed: how an earlier one ended says nothing of it.

interface Action {
  readonly error: Error | null;
  readonly submittedAt: number;
}

/** Null where it did not. */
export function latestError(...actions: readonly Action[]): Error | null {
  return actions.reduce((last, action) => (action.submittedAt > last.submittedAt ? action : last)).error;
}
