// What the window says when the hub gives no answer of its own, in Korean.
import type { connection as english } from "../en/connection.ts";

export const connection: typeof english = {
  noAnswer: "허브가 응답하지 않습니다.",
  answeredWithStatus: (status) => `허브가 오류로 응답했습니다(상태 ${status}).`,
};
