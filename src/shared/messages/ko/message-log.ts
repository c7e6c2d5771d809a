// Publishing a message by hand, and trying a refused one again, in Korean.
import type { messageLog as english } from "../en/message-log.ts";

export const messageLog: typeof english = {
  "bad-request/topic": () => "발행할 토픽에는 와일드카드(+, #)나 글자가 아닌 문자를 쓸 수 없습니다.",
  "broker-away": () =>
    "허브가 브로커에 연결되어 있지 않아 발행하지 못했습니다. 연결되면 다시 시도하세요. 이유는 “문제가 있나요?”에서 볼 수 있습니다.",
  "no-such-refused": () => "거부된 메시지 목록에 없는 메시지입니다. 그사이 저장되었거나 오래되어 지워졌습니다.",
  "not-kept-whole": () => "이 메시지는 앞부분만 남아 있어 다시 시도할 수 없습니다. 기기에서 다시 보내 주세요.",
};
