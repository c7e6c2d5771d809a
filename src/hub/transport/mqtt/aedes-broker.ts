// Aedes as the bus between publishers and subscribers; the session layer serves the clients. It also knows whether a topic has
// subscribers, so that a message without any skips the bus.
import { Aedes } from "aedes";
import { FilterTree } from "./messages/filter-tree.ts";
import { MAX_TOPIC_LEVELS } from "./validation.ts";

/** Of the broker's emitter, which its types leave out, what is used here. */
interface Emitter {
  emit(message: { readonly topic: string }): unknown;
}

type Subscribe = Parameters<Aedes["subscribe"]>;

/** Topics whose answer is remembered. */
const REMEMBERED_TOPICS = 10_000;

export class AedesBroker extends Aedes {
  readonly #filters = new FilterTree();
  readonly #listened = new Map<string, boolean>();
  readonly #emitter: Emitter;

  constructor() {
    // With a limit to what goes on at once, one subscriber that stalls starves the others.
    super({ concurrency: 0 });
    this.#emitter = Reflect.get<object, string>(this, "mq");
  }

  /**
   * Calls the subscribers of its topic before it returns; none where the topic has more levels than the emitter takes, which would
   * throw. The broker's own `publish` also searches for offline clients, of which this bus has none.
   */
  emitMessage(message: { readonly topic: string }): void {
    const { topic } = message;
    if (topic.length > MAX_TOPIC_LEVELS && topic.split("/").length > MAX_TOPIC_LEVELS) return;
    this.#emitter.emit(message);
  }

  override subscribe(...[filter, deliver, done]: Subscribe): void {
    this.#filters.add(filter);
    this.#listened.clear();
    super.subscribe(filter, deliver, done);
  }

  override unsubscribe(...[filter, deliver, done]: Subscribe): void {
    this.#filters.remove(filter);
    this.#listened.clear();
    super.unsubscribe(filter, deliver, done);
  }

  /** True when a message on `topic` would be delivered to anyone. */
  hasSubscribers(topic: string): boolean {
    let listened = this.#listened.get(topic);
    if (listened === undefined) {
      listened = this.#filters.matches(topic);
      if (this.#listened.size >= REMEMBERED_TOPICS) this.#listened.clear();
      this.#listened.set(topic, listened);
    }
    return listened;
  }
}
