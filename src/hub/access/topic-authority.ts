// Authorises publishing and subscribing by topic. `$SYS` is for administrators. The device that a payload names is authorised with
// the message (`DeviceAuthority`).
// Invariant: the check for each forwarded message takes the same time however many devices and controls there are.
import { assertNever, type Problem } from "../../shared/errors.ts";
import type { DeviceId } from "../../shared/ids.ts";
import { filterMatches, isCatchAll } from "../../shared/mqtt/topics.ts";
import type { AccessSettings } from "./access-settings.ts";
import type { DeviceKeys } from "./accounts/device-keys.ts";
import type { DeviceAuthority } from "./device-authority.ts";
import { hasRole, type Principal, scopeOf } from "./principal.ts";

/** The topics of the protocols. */
export interface DeviceTopics {
  /** Whether devices publish on a topic. */
  isDeviceTopic(topic: string): boolean;
  /** The device that publishes on a topic, or whose commands it holds; null where the topic names none. */
  deviceOf(topic: string): DeviceId | null;
  /** Whether a filter is the topic of one device's commands. */
  isCommandTopic(filter: string): boolean;
}

export interface TopicAuthorityOptions {
  readonly settings: Pick<AccessSettings, "anonymous">;
  readonly keys: Pick<DeviceKeys, "isLocked" | "use">;
  readonly devices: Pick<DeviceAuthority, "maySee" | "denialFor">;
  readonly topics: DeviceTopics;
  /** Those of controls that people added, with the device that each is of; it is called for each forwarded message. */
  readonly addedTopics: () => ReadonlyMap<string, DeviceId>;
}

export class TopicAuthority {
  readonly #options: TopicAuthorityOptions;

  constructor(options: TopicAuthorityOptions) {
    this.#options = options;
  }

  mayConnect(principal: Principal): boolean {
    return principal.kind !== "anonymous" || this.#options.settings.anonymous !== "none";
  }

  /** A topic that names a device is authorised with its message, where a refusal has a reason. */
  mayPublish(principal: Principal, topic: string): boolean {
    // Topics that begin with "$" are the broker's [MQTT-4.7.2-1].
    if (topic.startsWith("$")) return false;
    if ("role" in principal) return hasRole(principal.role, "operator") && this.#maySeeTopic(principal, topic);
    return this.#options.topics.isDeviceTopic(topic) || this.#isOpenTo(principal, topic);
  }

  /**
   * Null where the principal may send as the device that a topic names, if any. For messages that are not decoded: one that is
   * malformed, or one without a payload, which removes the topic's retained message.
   */
  denialFor(principal: Principal, topic: string): Problem | null {
    const { topics, devices } = this.#options;
    const device = topics.deviceOf(topic);
    return device === null ? null : devices.denialFor(principal, device);
  }

  maySubscribe(principal: Principal, filter: string): boolean {
    if (filter.startsWith("$")) return "role" in principal && principal.role === "admin";
    // Each message is checked when it is forwarded.
    if ("role" in principal) return true;
    const { topics } = this.#options;
    if (topics.isCommandTopic(filter)) return this.#mayReceiveCommands(principal, topics.deviceOf(filter));
    return this.#isOpenTo(principal, filter) || this.#matchesAdded(principal, filter);
  }

  /**
   * Whether a client may receive a message. A granted filter is not enough: with wildcards it matches more than the topic of
   * the control that it was granted for, and rights change while it is connected.
   */
  mayReceive(principal: Principal, topic: string): boolean {
    if (topic.startsWith("$")) return "role" in principal && principal.role === "admin";
    if ("role" in principal) return this.#maySeeTopic(principal, topic);
    const { topics, addedTopics } = this.#options;
    if (topics.isCommandTopic(topic)) return this.#mayReceiveCommands(principal, topics.deviceOf(topic));
    const added = addedTopics().get(topic);
    if (added !== undefined && this.#mayReceiveCommands(principal, added)) return true;
    return this.#isOpenTo(principal, topic);
  }

  /** Commands of a device, and messages to its controls. */
  #mayReceiveCommands(principal: Principal, device: DeviceId | null): boolean {
    const { keys, settings } = this.#options;
    if (device === null) return false;
    if (principal.kind === "device") return principal.device === device;
    const isUnproven = principal.kind === "unproven";
    if (keys.isLocked(device)) return isUnproven && keys.use(principal.digest) === device;
    return settings.anonymous !== "none" || isUnproven;
  }

  /** The topics of an open broker: all but those of devices that have a key. */
  #isOpenTo(principal: Principal, topicOrFilter: string): boolean {
    const { keys, settings } = this.#options;
    switch (settings.anonymous) {
      case "none":
      case "readings":
        return false;
      case "all": {
        const device = this.#ownerOf(topicOrFilter);
        const isOwn = principal.kind === "device" && principal.device === device;
        return device === null || isOwn || !keys.isLocked(device);
      }
      default:
        return assertNever(settings.anonymous);
    }
  }

  /** One that may see some devices alone gets their topics, and none that names no device. */
  #maySeeTopic(principal: Principal, topic: string): boolean {
    if (scopeOf(principal) === null) return true;
    const device = this.#ownerOf(topic);
    return device !== null && this.#options.devices.maySee(principal, device);
  }

  /** The device that a topic names, or that has a control with that topic; null where it is nobody's. */
  #ownerOf(topic: string): DeviceId | null {
    const { topics, addedTopics } = this.#options;
    return topics.deviceOf(topic) ?? addedTopics().get(topic) ?? null;
  }

  #matchesAdded(principal: Principal, filter: string): boolean {
    if (isCatchAll(filter)) return false;
    const topics = this.#options.addedTopics();
    return [...topics].some(
      ([topic, device]) => this.#mayReceiveCommands(principal, device) && filterMatches(filter, topic),
    );
  }
}
