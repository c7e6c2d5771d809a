// Whether the hub is connected to its outside broker. No finding where it has none.
import { message } from "../../../shared/messages/message.ts";
import type { BrokerCondition } from "../context.ts";
import type { Finding } from "../finding.ts";

export function checkBroker(state: BrokerCondition | null): readonly Finding[] {
  if (state === null) return [];
  const title = message("broker/title", { broker: state.url });
  return state.problem === null
    ? [{ id: "broker", state: "fine", title, message: message("broker/connected", { version: state.version }) }]
    : [{ id: "broker", state: "wrong", title, message: state.problem }];
}
