// The filters of all subscriptions as a tree of their levels: whether anybody listens to a topic takes as long as the topic has
// levels, not as there are filters.

interface Level {
  /** Subscriptions whose filter ends here. */
  count: number;
  readonly next: Map<string, Level>;
}

export class FilterTree {
  readonly #root = newLevel();

  add(filter: string): void {
    let level = this.#root;
    for (const name of filter.split("/")) {
      const next = level.next.get(name) ?? newLevel();
      level.next.set(name, next);
      level = next;
    }
    level.count++;
  }

  /** One of the subscriptions with that filter has ended. */
  remove(filter: string): void {
    removeFrom(this.#root, filter.split("/"), 0);
  }

  /** Whether there is a filter that matches. */
  matches(topic: string): boolean {
    return this.#root.next.size > 0 && matchesFrom(this.#root, topic.split("/"), 0);
  }
}

function newLevel(): Level {
  return { count: 0, next: new Map() };
}

function removeFrom(level: Level, names: readonly string[], index: number): void {
  const name = names[index];
  if (name === undefined) {
    level.count--;
    return;
  }
  const next = level.next.get(name);
  if (next === undefined) return;
  removeFrom(next, names, index + 1);
  if (next.count === 0 && next.next.size === 0) level.next.delete(name);
}

function matchesFrom(level: Level, names: readonly string[], index: number): boolean {
  // It stands for the level above it too.
  if (level.next.has("#")) return true;
  const name = names[index];
  if (name === undefined) return level.count > 0;
  return [name, "+"].some((one) => {
    const next = level.next.get(one);
    return next !== undefined && matchesFrom(next, names, index + 1);
  });
}
