// Aedes, of which only the emitter is used, to match topics with filters. The session layer serves the clients.
import { Aedes } from "aedes";
import { MAX_TOPIC_LEVELS } from "./validation.ts";

/** The part of the broker's emitter that is used here; its types omit it. */
interface Emitter {
  emit(message: { readonly topic: string }): unknown;
}

export class AedesBroker extends Aedes {
  readonly #emitter: Emitter;

  constructor() {
    // With a limit of concurrency the emitter would call some subscribers later.
    super({ concurrency: 0 });
    this.#emitter = Reflect.get<object, string>(this, "mq");
  }

  /**
   * Calls the subscribers of its topic synchronously; none where the topic has more levels than the emitter allows, which
   * would throw. The broker's own `publish` also searches for offline clients, which this bus does not have.
   */
  emitMessage(message: { readonly topic: string }): void {
    const { topic } = message;
    if (topic.length > MAX_TOPIC_LEVELS && topic.split("/").length > MAX_TOPIC_LEVELS) return;
    this.#emitter.emit(message);
  }
}
