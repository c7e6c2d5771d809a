// The frame of every page: navigation, signing out, and what happens where a page cannot be shown.
import type { shell as en } from "../en/shell.ts";

export const shell: typeof en = {
  pages: "페이지",
  overview: "개요",
  devices: "기기",
  doctor: "문제가 있나요?",
  access: "접근 권한",
  signOut: "로그아웃",
  language: "언어",
  languageOfSystem: "시스템 언어",
  skipToPage: "본문으로 건너뛰기",
  pageFailed: "이 페이지를 표시할 수 없습니다",
  pageFailedAdvice:
    "허브는 계속 작동하고 있고 화면에만 문제가 생겼습니다. 다시 시도하거나 다른 페이지로 이동해 주세요.",
  drawAgain: "다시 시도",
  reload: "창 새로 고침",
  toOverview: "개요로 이동",
  badLink: (link) => `“${link}” 링크를 읽을 수 없어 개요를 표시합니다.`,
  unknownLink: (link) => `“${link}” 페이지가 없어 개요를 표시합니다.`,
  whatToDo: (others) => (others === 0 ? "해결 방법" : `해결 방법, 그 밖에 ${others}건`),
  notConnected: "연결되지 않음",
  online: (online, all) => `${all}대 중 ${online}대 온라인`,
  readingsPerSecond: (rate) => `초당 측정값 ${rate}개`,
  stored: (bytes) => `${bytes} 저장됨`,
  loading: "페이지를 불러오는 중",
};
