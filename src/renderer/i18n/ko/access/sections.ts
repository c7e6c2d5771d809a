// The access page and its sections.
import type { accessPage as en } from "../../en/access/sections.ts";

export const accessPage: typeof en = {
  title: "접근 권한",
  sections: {
    devices: "기기",
    people: "사용자",
    programs: "프로그램",
    encryption: "암호화",
    outside: "외부에서",
    log: "기록",
  },
};
