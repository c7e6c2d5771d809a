// 기기 페이지의 시간 축: 사람이 남긴 메모와 그 밖의 표시.
import type { timeline as en } from "../en/timeline.ts";

export const timeline: typeof en = {
  notes: "메모",
  note: "메모",
  addNote: "메모 추가",
  editNote: "메모 수정",
  how: "시각을 입력하거나 차트에서 짚어 주세요. 클릭하면 한 시점, 끌면 구간이 됩니다. 키보드로는 차트에서 Enter로 표시한 시점을, Shift+Enter로 끝을 정합니다.",
  words: "메모",
  example: "창문 열림",
  from: "시각",
  until: "끝(구간인 경우)",
  onAllDevices: "모든 기기에 표시",
  wrongOrder: "끝 시각은 시작 시각보다 뒤여야 합니다.",
  save: "저장",
  cancel: "취소",
  failed: (why) => `저장하지 못했습니다. ${why}`,
  edit: (note) => `“${note}” 수정`,
  remove: (note) => `“${note}” 삭제`,
  show: (note) => `차트에서 “${note}” 보기`,
  removed: (note) => `메모 “${note}”을(를) 삭제했습니다.`,
  changed: (note) => `메모를 “${note}”(으)로 수정했습니다.`,
  added: (note) => `메모 “${note}”을(를) 남겼습니다.`,
  allDevices: "모든 기기",
  more: (count) => `${count}개 더 보기`,
  none: "“창문 열림”처럼 짧은 말로 한 시점이나 구간을 표시해 보세요. 이 페이지의 모든 차트에 나타납니다.",
  inCsv: "마지막 열에 메모 포함",
};
