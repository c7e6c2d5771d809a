// Findings of checks, as messages with codes and parameters; rendered once for the report.
import type { Check, CheckState } from "../../shared/doctor.ts";
import type { doctor } from "../../shared/messages/en/doctor.ts";
import type { broker } from "../../shared/messages/en/network/broker.ts";
import type { proxies } from "../../shared/messages/en/network/proxies.ts";
import type { tls } from "../../shared/messages/en/network/tls.ts";
import type { work } from "../../shared/messages/en/network/work.ts";
import type { backups } from "../../shared/messages/en/storage/backups.ts";
import type { Language } from "../../shared/messages/language.ts";
import type { Message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";

type DoctorMessage = Message<
  | keyof typeof backups
  | keyof typeof broker
  | keyof typeof doctor
  | keyof typeof proxies
  | keyof typeof tls
  | keyof typeof work
>;

export interface Finding {
  /** What was checked, such as `mqtt-port`. */
  readonly id: string;
  readonly state: CheckState;
  readonly title: DoctorMessage;
  readonly message: DoctorMessage;
  readonly remedy?: DoctorMessage;
  /** For a terminal on the hub's computer. */
  readonly command?: string;
}

export function renderFinding({ id, state, title, message, remedy, command }: Finding, language: Language): Check {
  return {
    id,
    state,
    title: render(title, language),
    message: render(message, language),
    ...(remedy && { remedy: render(remedy, language) }),
    ...(command !== undefined && { command }),
  };
}
