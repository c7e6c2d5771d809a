// Who may say what on which topic, until devices have keys. `$SYS` is for the administrator.
import { assertNever } from "../../shared/errors.ts";
import { commandTopicDevice, isDeviceTopic } from "../../shared/topics.ts";
import type { Anonymous } from "../config.ts";

export type Identity = "admin" | "anonymous";

export class TopicAuthority {
  readonly #anonymous: Anonymous;

  constructor(anonymous: Anonymous) {
    this.#anonymous = anonymous;
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
    return this.#may(identity, () => commandTopicDevice(filter) !== undefined);
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
