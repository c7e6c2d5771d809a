// Caches parsed topics: each message is looked up for every possible recipient, and the result depends only on the topic.
import type { DeviceId } from "../../shared/ids.ts";
import type { DeviceTopics } from "../access/topic-authority.ts";

const MAX_REMEMBERED = 10_000;
const MAX_REMEMBERED_CHARACTERS = 256;

/** The lookups of {@link DeviceTopics}. */
interface TopicMeaning {
  readonly isDeviceTopic: boolean;
  readonly device: DeviceId | null;
  readonly isCommandTopic: boolean;
}

export class RememberedTopics implements DeviceTopics {
  readonly #find: (topic: string) => TopicMeaning;
  readonly #meanings = new Map<string, TopicMeaning>();

  /** `find` must be pure. */
  constructor(find: (topic: string) => TopicMeaning) {
    this.#find = find;
  }

  isDeviceTopic(topic: string): boolean {
    return this.#meaningOf(topic).isDeviceTopic;
  }

  deviceOf(topic: string): DeviceId | null {
    return this.#meaningOf(topic).device;
  }

  isCommandTopic(filter: string): boolean {
    return this.#meaningOf(filter).isCommandTopic;
  }

  #meaningOf(topic: string): TopicMeaning {
    const known = this.#meanings.get(topic);
    if (known !== undefined) return known;
    const meaning = this.#find(topic);
    if (topic.length > MAX_REMEMBERED_CHARACTERS) return meaning;
    if (this.#meanings.size >= MAX_REMEMBERED) this.#meanings.clear();
    this.#meanings.set(topic, meaning);
    return meaning;
  }
}
