// The parts of the broker that all MQTT connections share.
import type { Clock } from "../../../clock.ts";
import type { Log } from "../../../observe/log/log.ts";
import type { AccessHooks } from "../access-hooks.ts";
import type { MqttCommands } from "../command-delivery.ts";
import type { MqttDiagnostics } from "../diagnostics.ts";
import type { MessageBus } from "../messages/message-bus.ts";
import type { RetainedMessages } from "../messages/retained.ts";
import type { PublishHandler } from "../publish-handler.ts";
import type { MqttSubscriptions } from "../subscriptions.ts";
import type { Sessions } from "./sessions.ts";
import type { WillQueue } from "./will.ts";

export interface ConnectionParts {
  readonly sessions: Sessions;
  readonly access: AccessHooks;
  readonly subscriptions: MqttSubscriptions;
  readonly publishes: PublishHandler;
  readonly commands: MqttCommands;
  readonly retained: Pick<RetainedMessages, "search">;
  readonly bus: MessageBus;
  readonly wills: WillQueue;
  readonly diagnostics: MqttDiagnostics;
  readonly clock: Clock;
  readonly log: Log;
  readonly makeClientId: () => string;
}
