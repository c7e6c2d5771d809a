// Shared subscriptions (MQTT 5, section 4.8.2): each message goes to one session of a group, round-robin among those that may
// receive it. Connected sessions with room in their backlog come first, then connected ones, then the others.
// When a session ends, its undelivered messages go to another member (section 4.8.2).
// Authenticated clients form groups of their own, so that an anonymous client cannot join and take their messages.
import { isAuthenticated, type Principal } from "../../../access/principal.ts";
import type { BusSubscription, MessageBus, Receiver } from "./message-bus.ts";
import type { Message } from "./packets.ts";
import type { SharedFilter, Subscription } from "./subscription.ts";

/** A session in a group. */
export interface GroupMember {
  /** Its client is connected. */
  readonly isConnected: boolean;
  /** Its backlog is less than half full. */
  readonly hasRoom: boolean;
  readonly principal: Principal;
  mayReceive(topic: string): boolean;
  /** A message of a group; `redeliver` is called where the session ends before the client acknowledged it. */
  receiveShared(message: Message, subscription: Subscription, redeliver: (message: Message) => void): void;
}

class SharedGroup implements Receiver {
  readonly #redeliver: (message: Message) => void;
  /** The one whose turn it is comes first: there may be a thousand, and nearly always it takes the message. */
  readonly members = new Map<GroupMember, Subscription>();

  /** `redeliver` passes a message to the group that has the name then: this one may have ended, and begun anew. */
  constructor(redeliver: (message: Message) => void) {
    this.#redeliver = redeliver;
  }

  receive(message: Message): void {
    const chosen = this.#choose(message.topic);
    if (chosen === null) return;
    const [member, subscription] = chosen;
    this.members.delete(member);
    this.members.set(member, subscription);
    member.receiveShared(message, subscription, this.#redeliver);
  }

  #choose(topic: string): readonly [GroupMember, Subscription] | null {
    let lagging: readonly [GroupMember, Subscription] | null = null;
    let away: readonly [GroupMember, Subscription] | null = null;
    for (const one of this.members) {
      const [member] = one;
      if (!member.mayReceive(topic)) continue;
      if (!member.isConnected) away ??= one;
      else if (member.hasRoom) return one;
      else lagging ??= one;
    }
    return lagging ?? away;
  }
}

export class SharedGroups {
  readonly #bus: MessageBus;
  /** By group and filter. */
  readonly #groups = new Map<string, { readonly group: SharedGroup; readonly busSubscription: BusSubscription }>();

  constructor(bus: MessageBus) {
    this.#bus = bus;
  }

  join({ group: name, filter }: SharedFilter, member: GroupMember, subscription: Subscription): BusSubscription {
    const key = `${isAuthenticated(member.principal) ? "authenticated" : "anonymous"}/${name}/${filter}`;
    const { group, busSubscription } = this.#groups.get(key) ?? this.#create(key, filter, subscription);
    group.members.set(member, subscription);
    return {
      replace: (replacement) => void group.members.set(member, replacement),
      end: () => {
        group.members.delete(member);
        if (group.members.size > 0) return;
        busSubscription.end();
        this.#groups.delete(key);
      },
    };
  }

  #create(key: string, filter: string, subscription: Subscription) {
    const group = new SharedGroup((message) => this.#groups.get(key)?.group.receive(message));
    const created = { group, busSubscription: this.#bus.subscribe(filter, group, subscription) };
    this.#groups.set(key, created);
    return created;
  }
}
