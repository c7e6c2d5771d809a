// Who may publish and subscribe on which topic, until devices have keys. `$SYS` is for the administrator.
// Invariant: what is asked for each forwarded message takes the same time however many devices and controls there are.
import { assertNever } from "../../shared/errors.ts";
import { filterMatches, isCatchAll } from "../../shared/topics.ts";
import type { Anonymous } from "../config.ts";

export type Identity = "admin" | "anonymous";

/** What the protocols say of topics. */
export interface DeviceTopics {
  /** Whether devices publish on a topic. */
  readonly isDeviceTopic: (topic: string) => boolean;
  /** Whether a filter is the topic of one device's commands. */
  readonly isCommandTopic: (filter: string) => boolean;
}

export class TopicAuthority {
  readonly #anonymous: Anonymous;
  readonly #topics: DeviceTopics;
  readonly #addedTopics: () => ReadonlySet<string>;

  /** `addedTopics` are those of controls that people added; it is called for each forwarded message. */
  constructor(anonymous: Anonymous, topics: DeviceTopics, addedTopics: () => ReadonlySet<string>) {
    this.#anonymous = anonymous;
    this.#topics = topics;
    this.#addedTopics = addedTopics;
  }

  mayConnect(identity: Identity): boolean {
    return identity === "admin" || this.#anonymous !== "none";
  }

  mayPublish(identity: Identity, topic: string): boolean {
    // Topics that begin with "$" are the broker's [MQTT-4.7.2-1].
    return !topic.startsWith("$") && this.#may(identity, () => this.#topics.isDeviceTopic(topic));
  }

  maySubscribe(identity: Identity, filter: string): boolean {
    if (filter.startsWith("$")) return identity === "admin";
    return this.#may(identity, () => this.#topics.isCommandTopic(filter) || this.#matchesAdded(filter));
  }

  /**
   * Whether a client may receive a message. A granted filter is not enough: with wildcards it matches more than the topic of
   * the control that it was granted for.
   */
  mayReceive(identity: Identity, topic: string): boolean {
    return this.#may(identity, () => this.#topics.isCommandTopic(topic) || this.#addedTopics().has(topic));
  }

  #matchesAdded(filter: string): boolean {
    if (isCatchAll(filter)) return false;
    const topics = this.#addedTopics();
    return topics.has(filter) || [...topics].some((topic) => filterMatches(filter, topic));
  }

  #may(identity: Identity, isDeviceTraffic: () => boolean): boolean {
    if (identity === "admin") return true;
    switch (this.#anonymous) {
      case "none":
        return false;
      case "readings":
        return isDeviceTraffic();
      case "all":
        return true;
      default:
        return assertNever(this.#anonymous);
    }
  }
}
