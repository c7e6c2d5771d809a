// Draws at most once a frame, however many readings arrive in between.

const due = new Set<() => void>();

/** Runs `task` in the next frame; asking twice runs it once. */
export function inNextFrame(task: () => void): void {
  if (due.size === 0) requestAnimationFrame(runAll);
  due.add(task);
}

export function forget(task: () => void): void {
  due.delete(task);
}

function runAll(): void {
  const tasks = [...due];
  due.clear();
  for (const task of tasks) task();
}
