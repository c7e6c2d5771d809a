// Batches drawing: at most once per animation frame, however many readings arrive in between.

const dueTasks = new Set<() => void>();

/** Runs `task` in the next frame; scheduling it twice runs it once. */
export function inNextFrame(task: () => void): void {
  if (dueTasks.size === 0) requestAnimationFrame(runAll);
  dueTasks.add(task);
}

export function cancelFrame(task: () => void): void {
  dueTasks.delete(task);
}

function runAll(): void {
  const tasks = [...dueTasks];
  dueTasks.clear();
  for (const task of tasks) task();
}
