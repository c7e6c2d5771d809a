// API keys for programs.
import type { programs as en } from "../../en/access/programs.ts";

export const programs: typeof en = {
  title: "API 키",
  about: "프로그램용입니다. HTTP에서는 Bearer 토큰으로, MQTT에서는 아무 사용자 이름과 함께 비밀번호로 씁니다.",
  make: "키 만들기",
  notLoaded: "키를 불러오지 못했습니다.",
  none: "아직 키가 있는 프로그램이 없습니다.",
  madeBy: (who, date) => `${date} ${who} 생성`,
  endless: "만료 없음",
  until: (date) => `${date}까지`,
  unused: "아직 사용하지 않음",
  lastUsed: (ago) => `마지막 사용 ${ago}`,
  revoke: "폐기",
  revokeOf: (name) => `${name} 키 폐기`,
  revokeQuestion: (name) => `${name}의 키를 폐기할까요?`,
  revoking: "폐기하는 중…",
  revokeMeaning: "이 키를 쓰는 프로그램은 바로 거부됩니다.",
  makeTitle: "API 키 만들기",
  purpose: "용도",
  worksFor: "유효 기간",
  ever: "제한 없음",
  days: (days) => `${days}일`,
  year: "1년",
  makeIt: "만들기",
  made: (name) => `${name}의 키`,
  shownOnce: "지금 한 번만 표시됩니다.",
  examples: {
    key: "키",
    grafana: "Grafana: 데이터 소스의 사용자 지정 헤더",
    python: "Python, MQTT",
  },
};
