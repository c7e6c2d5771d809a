// Who did what: the audit log on the access page.
import type { accessLog as en } from "../../en/access/access-log.ts";

export const accessLog: typeof en = {
  title: "기록",
  who: "누가",
  anybody: "모두",
  what: "무엇을",
  kinds: {
    everything: "전체",
    session: "로그인",
    device: "기기",
    command: "명령",
    key: "기기 키",
    person: "사용자",
    apiKey: "API 키",
    share: "공유 링크",
    access: "설정",
  },
  outcome: "결과",
  outcomes: { any: "전체", done: "완료", refused: "거부" },
  when: "언제",
  ever: "전체 기간",
  lastDay: "최근 24시간",
  lastDays: (days) => `최근 ${days}일`,
  notLoaded: "기록을 불러오지 못했습니다.",
  nothing: "조건에 맞는 기록이 없습니다.",
  older: "이전 기록 보기",
  wasRefused: "✕ 거부됨",
  fromHub: "허브에서 직접",
  from: (address) => `${address}에서`,
  exportCsv: "CSV로 내보내기",
};
