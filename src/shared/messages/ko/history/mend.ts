// What is said of mends, in Korean.
import type { mend as english } from "../../en/history/mend.ts";

export const mend: typeof english = {
  "bad-request/least-above-greatest": ({ least, greatest }) => `최솟값 ${least}이(가) 최댓값 ${greatest}보다 큽니다.`,
  "too-many-mends": ({ device, limit }) =>
    `${device}에는 이미 수정이 ${limit}개 있습니다. 하나를 되돌리거나 더 긴 구간을 한 번에 수정해 주세요.`,
  "no-such-mend": () => "그런 수정이 없습니다. 이미 되돌려졌을 수 있습니다.",
};
