// The command palette: what it can find and do.
import type { palette as en } from "../en/palette.ts";

export const palette: typeof en = {
  title: "무엇이든 찾기",
  placeholder: "기기, 페이지, 할 일",
  found: "찾은 항목",
  nothing: (query) => `“${query}”에 해당하는 항목이 없습니다.`,
  action: "실행",
  addDevice: "라즈베리 파이 추가",
  refused: "거부된 메시지",
  views: { cards: "개요를 카드로 표시", list: "개요를 목록으로 표시" },
  wall: "개요를 전체 화면으로 표시",
  themes: { light: "밝은 색으로 전환", dark: "어두운 색으로 전환" },
  temperaturesIn: (unit) => `온도를 ${unit}로 표시`,
  accessSections: {
    devices: "기기",
    people: "사용자",
    programs: "프로그램",
    encryption: "암호화",
    clients: "MQTT 클라이언트",
    outside: "외부 접속",
    log: "기록",
  },
};
