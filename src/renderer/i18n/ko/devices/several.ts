// Several devices at once: one command to all of them, their room and their tags.
import type { several as en } from "../../en/devices/several.ts";

export const several: typeof en = {
  title: "여러 기기 한 번에",
  which: "대상",
  shown: (count) => `표시된 기기 모두 (${count}대)`,
  inRoom: (room, count) => `${room} (${count}대)`,
  controls: "제어",
  none: "같은 제어를 가진 기기가 둘 이상 없습니다.",
  owners: (_count, written) => `기기 ${written}대`,
  states: (on, off) => `켜짐 ${on}대, 꺼짐 ${off}대`,
  differ: "기기마다 다름",
  switchOn: (control) => `${control} 켜기`,
  switchOff: (control) => `${control} 끄기`,
  on: "켜기",
  off: "끄기",
  became: (control) => `${control} 명령 결과`,
  done: (count) => `${count}대 완료`,
  underWay: (count) => `${count}대 진행 중`,
  waiting: (count) => `${count}대 오프라인, 1분 안에 돌아오면 전송:`,
  failed: (count) => `${count}대 실패:`,
  roomAndTags: "방과 태그",
  room: "방(비워 두면 그대로)",
  tags: "추가할 태그(쉼표로 구분)",
  apply: (_count, written) => `기기 ${written}대에 적용`,
  notAll: (why) => `일부 기기는 변경되지 않았습니다. ${why}`,
  applied: (_count, written) => `기기 ${written}대를 변경했습니다.`,
};
