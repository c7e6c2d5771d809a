// What MQTT 3.1.1 says of topics, filters and client ids and the broker does not check.

/** Control characters and what broken UTF-8 decodes to [MQTT-1.5.3-1, MQTT-1.5.3-2]. */
const UNSOUND = /[\p{Cc}\p{Cs}\u{fffd}]/u;
const CLIENT_ID_CHARACTERS = 128;
const TOPIC_CHARACTERS = 1_024;

export function isSoundTopic(topic: string): boolean {
  return topic.length > 0 && topic.length <= TOPIC_CHARACTERS && !/[+#]/.test(topic) && !UNSOUND.test(topic);
}

/** `#` alone in the last level, `+` alone in any [MQTT-4.7.1-2, MQTT-4.7.1-3]. */
export function isSoundFilter(filter: string): boolean {
  if (filter.length === 0 || filter.length > TOPIC_CHARACTERS || UNSOUND.test(filter)) return false;
  const levels = filter.split("/");
  return levels.every(
    (level, index) => !/[+#]/.test(level) || level === "+" || (level === "#" && index === levels.length - 1),
  );
}

/** An empty id is sound where the session is clean [MQTT-3.1.3-7, MQTT-3.1.3-8]. */
export function isSoundClientId(id: string, cleanSession: boolean): boolean {
  return id === "" ? cleanSession : id.length <= CLIENT_ID_CHARACTERS && !UNSOUND.test(id);
}
