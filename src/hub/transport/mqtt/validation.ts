// Validates filters and client ids (MQTT 3.1.1), which the broker library does not.

const CONTROL_CHARACTER = /\p{Cc}/u;
const MAX_FILTER_CHARACTERS = 1_024;
/** The broker's emitter throws at more. */
export const MAX_TOPIC_LEVELS = 100;

const MAX_CLIENT_ID_CHARACTERS = 128;

/** `#` alone in the last level, `+` alone in any [MQTT-4.7.1-2, MQTT-4.7.1-3]. */
export function isValidFilter(filter: string): boolean {
  if (filter.length === 0 || filter.length > MAX_FILTER_CHARACTERS) return false;
  const levels = filter.split("/");
  if (levels.length > MAX_TOPIC_LEVELS) return false;
  return levels.every(
    (level, index) => !/[+#]/.test(level) || level === "+" || (level === "#" && index === levels.length - 1),
  );
}

/** An empty id is valid where the broker may assign one [MQTT-3.1.3-7, MQTT-3.1.3-8]. */
export function isValidClientId(id: string, mayBeEmpty: boolean): boolean {
  return id === "" ? mayBeEmpty : id.length <= MAX_CLIENT_ID_CHARACTERS && !CONTROL_CHARACTER.test(id);
}
