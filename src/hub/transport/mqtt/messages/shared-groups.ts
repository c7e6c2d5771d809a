// Shared subscriptions (MQTT 5, section 4.8.2): each message goes to one session of a group, in turn, and to one whose client
// is away only where none is there, or to one that has much waiting only where all have. It goes to one that may receive it:
// what others may not see is not lost to the group.
// What a session was to have goes to another when it ends (section 4.8.2).
// Clients that have shown who they are form groups of their own: nobody else can join them to take their messages away.
import { isProven, type Principal } from "../../../access/principal.ts";
import type { BusSubscription, MessageBus, Receiver } from "./message-bus.ts";
import type { Message } from "./packets.ts";
import type { SharedFilter, Subscription } from "./subscription.ts";

/** A session in a group. */
export interface GroupMember {
  /** Its client is there. */
  readonly isConnected: boolean;
  /** It does not lag far behind. */
  readonly hasRoom: boolean;
  readonly principal: Principal;
  mayReceive(topic: string): boolean;
  /** A message of a group; `handBack` is called with it where the session ends before its client has it. */
  receiveShared(message: Message, subscription: Subscription, handBack: (message: Message) => void): void;
}

class SharedGroup implements Receiver {
  /** The one whose turn it is comes first: there may be a thousand, and nearly always it takes the message. */
  readonly members = new Map<GroupMember, Subscription>();

  receive(message: Message): void {
    const chosen = this.#choose(message.topic);
    if (chosen === null) return;
    const [member, subscription] = chosen;
    this.members.delete(member);
    this.members.set(member, subscription);
    member.receiveShared(message, subscription, (left) => this.receive(left));
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
  readonly #groups = new Map<string, { readonly group: SharedGroup; readonly listening: BusSubscription }>();

  constructor(bus: MessageBus) {
    this.#bus = bus;
  }

  join({ group: name, filter }: SharedFilter, member: GroupMember, subscription: Subscription): BusSubscription {
    const key = `${isProven(member.principal) ? "known" : "unknown"}/${name}/${filter}`;
    const { group, listening } = this.#groups.get(key) ?? this.#found(key, filter, subscription);
    group.members.set(member, subscription);
    return {
      replace: (replacement) => void group.members.set(member, replacement),
      end: () => {
        group.members.delete(member);
        if (group.members.size > 0) return;
        listening.end();
        this.#groups.delete(key);
      },
    };
  }

  #found(key: string, filter: string, subscription: Subscription) {
    const group = new SharedGroup();
    const founded = { group, listening: this.#bus.subscribe(filter, group, subscription) };
    this.#groups.set(key, founded);
    return founded;
  }
}
