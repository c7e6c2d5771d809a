// Aedes as the bus between publishers and subscribers: its emitter knows whose filters match a topic. The session layer serves
// the clients.
import { Aedes } from "aedes";
import { MAX_TOPIC_LEVELS } from "./validation.ts";

/** Of the broker's emitter, which its types leave out, what is used here. */
interface Emitter {
  emit(message: { readonly topic: string }): unknown;
}

export class AedesBroker extends Aedes {
  readonly #emitter: Emitter;

  constructor() {
    // With a limit to what goes on at once, it would call some of the subscribers later.
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
}
