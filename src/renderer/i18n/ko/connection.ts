// What the window says when the hub gives no answer of its own, in Korean.
import type { connection as english } from "../en/connection.ts";

export const connection: typeof english = {
  cannotRun: "허브를 실행할 수 없습니다.",
  starting: "허브를 시작하는 중…",
  restarting: (reason) => `허브가 멈춰서 다시 시작하고 있습니다. ${reason}`,
  notConnected: "허브에 연결되어 있지 않습니다. 다시 시도하는 중…",
  noAnswer: "허브가 응답하지 않습니다.",
  answeredWithStatus: (status) => `허브가 오류로 응답했습니다(상태 ${status}).`,
};
