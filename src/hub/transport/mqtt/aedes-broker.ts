// Aedes, which also tells whether a topic has subscribers: messages without any need not go through it.
import type { Duplex } from "node:stream";
import { Aedes, type AedesOptions, type Client, type PublishPacket } from "aedes";
import { writeToStream } from "mqtt-packet";
import { filterMatches } from "../../../shared/topics.ts";
import { MAX_CLIENT_ID_CHARACTERS } from "./validation.ts";

// The packet library would make a buffer of each number up to 65,535, which is 7 MB, to be a little faster.
Object.assign(writeToStream, { cacheNumbers: false });

/** Of the broker's persistence, which its types leave open, what is used here. */
interface IncomingPersistence {
  incomingStorePacket(client: Client, packet: PublishPacket): Promise<void>;
}

type Subscribe = Parameters<Aedes["subscribe"]>;

/** Topics whose answer is remembered. */
const REMEMBERED_TOPICS = 10_000;

export class AedesBroker extends Aedes {
  /** How many subscriptions each filter has. */
  readonly #filters = new Map<string, number>();
  readonly #listened = new Map<string, boolean>();

  constructor(options: AedesOptions) {
    // With a limit to what goes on at once, one subscriber that stalls starves the others, and a long backlog overflows the
    // stack. MQTT 3.1 clients may have ids as long as others, though their standard says 23 characters.
    super({ concurrency: 0, maxClientsIdLength: MAX_CLIENT_ID_CHARACTERS, ...options });
  }

  /** `handle`, with packet ids that begin at 1 and not anywhere, which may be among those of commands. */
  accept(stream: Duplex): Client {
    const client = this.handle(stream);
    return Object.assign(client, { _nextId: 1 });
  }

  /** The broker remembers a QoS 2 message until its PUBREL comes, to know it again; for that its id is enough. */
  override async listen(): Promise<void> {
    await super.listen();
    const persistence: IncomingPersistence = Reflect.get<object, string>(this, "persistence");
    const store = persistence.incomingStorePacket.bind(persistence);
    persistence.incomingStorePacket = (client, packet) => store(client, { ...packet, payload: Buffer.alloc(0) });
  }

  override subscribe(...[filter, deliver, done]: Subscribe): void {
    this.#filters.set(filter, (this.#filters.get(filter) ?? 0) + 1);
    this.#listened.clear();
    super.subscribe(filter, deliver, done);
  }

  override unsubscribe(...[filter, deliver, done]: Subscribe): void {
    const count = this.#filters.get(filter) ?? 0;
    if (count > 1) this.#filters.set(filter, count - 1);
    else this.#filters.delete(filter);
    this.#listened.clear();
    super.unsubscribe(filter, deliver, done);
  }

  /** True when a message on `topic` would be delivered to anyone. */
  isListenedTo(topic: string): boolean {
    if (this.#filters.size === 0) return false;
    let listened = this.#listened.get(topic);
    if (listened === undefined) {
      listened = [...this.#filters.keys()].some((filter) => filterMatches(filter, topic));
      if (this.#listened.size >= REMEMBERED_TOPICS) this.#listened.clear();
      this.#listened.set(topic, listened);
    }
    return listened;
  }
}
