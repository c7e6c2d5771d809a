// Words that stand on buttons of every page.
import type { words as en } from "../en/words.ts";

const ACTORS: Readonly<Record<string, string>> = {
  "this computer": "이 컴퓨터",
  anonymous: "로그인하지 않음",
  owner: "소유자",
  broker: "브로커",
  "device:": "기기 ",
  "api-key:": "API 키 ",
  "share:": "공유 링크 ",
};

export const words: typeof en = {
  cancel: "취소",
  save: "저장",
  saving: "저장하는 중…",
  add: "추가",
  remove: "삭제",
  removing: "삭제하는 중…",
  done: "완료",
  close: "닫기",
  tryAgain: "다시 시도",
  trying: "다시 시도하는 중…",
  copy: "복사",
  copyOf: (what) => `복사: ${what}`,
  copied: "복사함",
  pressToCopy: (keys) => `${keys}를 누르세요`,
  actor: (name) => ACTORS[name] ?? name.replace(/^(?:device|api-key|share):/, (kind) => ACTORS[kind] ?? kind),
};
