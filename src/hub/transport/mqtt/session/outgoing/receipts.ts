// What a client says of the messages and commands that it was sent: PUBACK, PUBREC and PUBCOMP.
// Invariant: each makes room in its Receive Maximum, which is filled at once, by commands before messages.
import type { IPubackPacket, IPubcompPacket, IPubrecPacket } from "mqtt-packet";
import { assertNever } from "../../../../../shared/errors.ts";
import { FIRST_COMMAND_PACKET_ID, type MqttCommands } from "../../command-delivery.ts";
import type { Receipt } from "../../messages/outgoing.ts";
import type { MqttSession } from "../../session.ts";
import { FIRST_FAILURE, REASON, type Reason } from "../reason-codes.ts";
import type { SessionState } from "../session-state.ts";
import type { AnswerWriter } from "./answer-writer.ts";

export interface ReceiptsOptions {
  readonly session: MqttSession;
  readonly state: SessionState;
  readonly commands: Pick<MqttCommands, "acknowledged" | "resume">;
  readonly answers: AnswerWriter;
  /** Ends the connection; `reasonString` says why. */
  readonly end: (reason: Reason, reasonString: string) => void;
}

export class Receipts {
  readonly #options: ReceiptsOptions;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  take(packet: IPubackPacket | IPubrecPacket | IPubcompPacket): void {
    const { session, commands, state, end } = this.#options;
    const isExpected = this.#receiptOf(packet) !== "unexpected";
    // A message of QoS 1 is acknowledged by PUBACK alone, one of QoS 2 by PUBREC, then PUBCOMP.
    if (!isExpected) end(REASON.PROTOCOL_ERROR, `${packet.cmd.toUpperCase()} for a message that is not answered so`);
    commands.resume(session);
    // One that turned out to be too large has left its place to the messages behind it.
    state.outgoing.resume();
  }

  #receiptOf({
    cmd,
    messageId = 0,
    reasonCode = REASON.SUCCESS,
  }: IPubackPacket | IPubrecPacket | IPubcompPacket): Receipt {
    const { session, commands, state, answers } = this.#options;
    const { outgoing } = state;
    switch (cmd) {
      case "puback":
        if (messageId < FIRST_COMMAND_PACKET_ID) return outgoing.acknowledge(messageId);
        commands.acknowledged(session, messageId, reasonCode);
        outgoing.resume();
        return "expected";
      case "pubrec": {
        const isTaken = reasonCode < FIRST_FAILURE;
        const receipt = outgoing.receive(messageId, isTaken);
        if (receipt === "unexpected" || !isTaken) return receipt;
        const known = receipt === "expected" ? REASON.SUCCESS : REASON.PACKET_ID_NOT_FOUND;
        answers.write({ cmd: "pubrel", messageId, reasonCode: known });
        return receipt;
      }
      case "pubcomp":
        return outgoing.complete(messageId);
      default:
        return assertNever(cmd);
    }
  }
}
