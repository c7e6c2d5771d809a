// The page of guides, in Korean.
import type { guides as en } from "../../en/start/guides.ts";

export const guides: typeof en = {
  title: "안내서",
  lead: "이 창만으로 할 수 없는 일을 한 쪽씩 설명합니다: 서버, 외부 브로커, 암호화, 컨테이너, 다른 프로그램. 본문은 영어입니다.",
  all: "모든 안내서",
};
