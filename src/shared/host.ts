// The messages between the hub and its host, the desktop app, over their message port.

import type { AnyMessage } from "./messages/message.ts";

export type HubMessage =
  /** Every port listens. `token` is this run's administrator bearer token, good from loopback alone. */
  | {
      readonly type: "ready";
      readonly httpPort: number;
      readonly mqttPort: number;
      /** Of every HTTP path; empty where there is none. */
      readonly basePath: string;
      readonly token: string;
    }
  /** The hub cannot run and exits; trying again does not help until the person acts on the message. */
  | { readonly type: "failed"; readonly reason: AnyMessage };

export type HostMessage = { readonly type: "stop" };
