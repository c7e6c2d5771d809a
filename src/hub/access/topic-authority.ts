// Who may say what on which topic, until devices have keys. `$SYS` is for the administrator.
import { assertNever } from "../../shared/errors.ts";
import { commandTopicDevice, filterMatches, isCatchAll, isDeviceTopic } from "../../shared/topics.ts";
import type { Anonymous } from "../config.ts";

export type Identity = "admin" | "anonymous";

export class TopicAuthority {
  readonly #anonymous: Anonymous;
  readonly #addedTopics: () => readonly string[];

  /** `addedTopics` are those of controls that people added. */
  constructor(anonymous: Anonymous, addedTopics: () => readonly string[]) {
    this.#anonymous = anonymous;
    this.#addedTopics = addedTopics;
  }

  mayConnect(identity: Identity): boolean {
    return identity === "admin" || this.#anonymous !== "none";
  }

  mayPublish(identity: Identity, topic: string): boolean {
    // A name beginning with "$" belongs to the broker [MQTT-4.7.2-1].
    return !topic.startsWith("$") && this.#may(identity, () => isDeviceTopic(topic));
  }

  maySubscribe(identity: Identity, filter: string): boolean {
    if (filter.startsWith("$")) return identity === "admin";
    return this.#may(identity, () => commandTopicDevice(filter) !== undefined || this.#asksForAdded(filter));
  }

  /** Asked of what a subscription that was granted brings: a plug subscribes to more than the topic of its switch. */
  mayHear(identity: Identity, topic: string): boolean {
    return this.#may(identity, () => commandTopicDevice(topic) !== undefined || this.#addedTopics().includes(topic));
  }

  #asksForAdded(filter: string): boolean {
    return !isCatchAll(filter) && this.#addedTopics().some((topic) => filterMatches(filter, topic));
  }

  #may(identity: Identity, isDevicesOwn: () => boolean): boolean {
    if (identity === "admin") return true;
    switch (this.#anonymous) {
      case "none":
        return false;
      case "readings":
        return isDevicesOwn();
      case "all":
        return true;
      default:
        return assertNever(this.#anonymous);
    }
  }
}
