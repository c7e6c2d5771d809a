// Other people and programs: who did something, and what changed while somebody was typing.
import type { others as en } from "../../en/access/others.ts";
import { words } from "../words.ts";

const KINDS: Readonly<Record<string, string>> = {
  "device:": "기기 ",
  "api-key:": "API 키 ",
  "share:": "공유 링크 ",
};

export const others: typeof en = {
  actor: (name) => words.actor(name).replace(/^(?:device|api-key|share):/, (kind) => KINDS[kind] ?? kind),
  changedMeanwhile: (now) =>
    now === "" ? "그사이 다른 사람이 이 값을 지웠습니다." : `그사이 다른 사람이 이 값을 바꾸었습니다: ${now}`,
  takeChange: "바뀐 값 사용",
};
