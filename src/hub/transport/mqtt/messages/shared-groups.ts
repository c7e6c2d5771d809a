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
  readonly members = new Map<GroupMember, Subscription>();
  #turn = 0;

  receive(message: Message): void {
    const members = [...this.members].filter(([member]) => member.mayReceive(message.topic));
    const connected = members.filter(([member]) => member.isConnected);
    const ready = connected.filter(([member]) => member.hasRoom);
    const eligible = [ready, connected, members].find(({ length }) => length > 0) ?? [];
    const chosen = eligible[this.#turn++ % eligible.length];
    if (chosen === undefined) return;
    const [member, subscription] = chosen;
    member.receiveShared(message, subscription, (undelivered) => this.receive(undelivered));
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
    const group = new SharedGroup();
    const created = { group, busSubscription: this.#bus.subscribe(filter, group, subscription) };
    this.#groups.set(key, created);
    return created;
  }
}
