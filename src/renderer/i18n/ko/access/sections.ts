// The access page and its sections.
import type { accessPage as en } from "../../en/access/sections.ts";

export const accessPage: typeof en = {
  title: "접근 권한",
  forAdmins: "접근 권한은 관리자만 보고 바꿀 수 있습니다.",
  sections: {
    devices: "기기",
    people: "사용자",
    programs: "프로그램",
    encryption: "암호화",
    outside: "외부 접속",
    log: "기록",
  },
};
