// The frame of every page: navigation and signing out.
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
};
