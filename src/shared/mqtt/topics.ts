// Topic filters as MQTT has them (3.1.1, section 4.7).

/** Whether a filter matches a topic. */
export function filterMatches(filter: string, topic: string): boolean {
  const levels = topic.split("/");
  const wanted = filter.split("/");
  for (const [index, level] of wanted.entries()) {
    // "#" also matches its parent level.
    if (level === "#") return true;
    if (index >= levels.length || (level !== "+" && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** A filter whose first level is a wildcard, such as `#`: an observer's. */
export function isCatchAll(filter: string): boolean {
  return filter.startsWith("+") || filter.startsWith("#");
}
