// Handles a client's PUBACK, PUBREC and PUBCOMP for messages and commands.
// Invariant: the send quota that an acknowledgement returns is used at once, by commands before messages.
import type { IPubackPacket, IPubcompPacket, IPubrecPacket } from "mqtt-packet";
import { assertNever } from "../../../../../shared/errors.ts";
import { FIRST_COMMAND_PACKET_ID, type MqttCommands } from "../../command-delivery.ts";
import type { AckOutcome } from "../../messages/outgoing.ts";
import type { MqttSession } from "../../session.ts";
import { FIRST_FAILURE, REASON, type Reason } from "../reason-codes.ts";
import type { SessionState } from "../session-state.ts";
import type { AnswerWriter } from "./answer-writer.ts";

export interface AcknowledgementsOptions {
  readonly session: MqttSession;
  readonly state: SessionState;
  readonly commands: Pick<MqttCommands, "acknowledged" | "resume">;
  readonly answers: AnswerWriter;
  /** Ends the connection; `reasonString` says why. */
  readonly end: (reason: Reason, reasonString: string) => void;
}

export class Acknowledgements {
  readonly #options: AcknowledgementsOptions;

  constructor(options: AcknowledgementsOptions) {
    this.#options = options;
  }

  take(packet: IPubackPacket | IPubrecPacket | IPubcompPacket): void {
    const { session, commands, state, end } = this.#options;
    const isExpected = this.#settle(packet) !== "unexpected";
    // QoS 1 takes PUBACK; QoS 2 takes PUBREC, then PUBCOMP.
    if (!isExpected) end(REASON.PROTOCOL_ERROR, `${packet.cmd.toUpperCase()} for a message that is not answered so`);
    commands.resume(session);
    // A command may have been dropped as too large, which leaves its quota to messages.
    state.outgoing.resume();
  }

  #settle({
    cmd,
    messageId = 0,
    reasonCode = REASON.SUCCESS,
  }: IPubackPacket | IPubrecPacket | IPubcompPacket): AckOutcome {
    const { session, commands, state, answers } = this.#options;
    const { outgoing } = state;
    switch (cmd) {
      case "puback":
        if (messageId < FIRST_COMMAND_PACKET_ID) return outgoing.acknowledge(messageId);
        commands.acknowledged(session, messageId, reasonCode);
        outgoing.resume();
        return "expected";
      case "pubrec": {
        const isAccepted = reasonCode < FIRST_FAILURE;
        const outcome = outgoing.receive(messageId, isAccepted);
        if (outcome === "unexpected" || !isAccepted) return outcome;
        const releaseReason = outcome === "expected" ? REASON.SUCCESS : REASON.PACKET_ID_NOT_FOUND;
        answers.write({ cmd: "pubrel", messageId, reasonCode: releaseReason });
        return outcome;
      }
      case "pubcomp":
        return outgoing.complete(messageId);
      default:
        return assertNever(cmd);
    }
  }
}
