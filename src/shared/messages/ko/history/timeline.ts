// Notes on the time axis, in Korean.
import type { timeline as english } from "../../en/history/timeline.ts";

export const timeline: typeof english = {
  "too-many-annotations": ({ limit }) => `메모가 이미 ${limit}개입니다. 먼저 몇 개를 지워 주세요.`,
  "bad-request/annotation-ends-before": ({ field }) =>
    `“${field}”은(는) “time”보다 뒤여야 합니다. 한 순간이라면 빼 주세요.`,
};
