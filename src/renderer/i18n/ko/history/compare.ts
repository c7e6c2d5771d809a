// The page that draws series of several devices over one another, and comparisons that people named.
import type { compare as en } from "../../en/history/compare.ts";

export const compare: typeof en = {
  title: "비교",
  choose: "측정 항목 추가…",
  add: "측정 항목",
  remove: (series) => `${series} 제거`,
  missing: (series) => `${series} 측정값이 없습니다.`,
  empty: "여러 기기의 측정 항목을 선택하면 겹쳐서 보여 줍니다. 단위마다 축이 따로 있습니다.",
  chart: (count) => `시간에 따른 측정 항목 ${count}개`,
  name: "이름",
  save: "보기 저장",
  saved: (view) => `${view} 보기를 저장했습니다.`,
  forget: "보기 삭제",
  forgotten: (view) => `${view} 보기를 삭제했습니다.`,
  notForgotten: (why) => `보기를 삭제하지 못했습니다. ${why}`,
  failed: (why) => `저장하지 못했습니다. ${why}`,
  notLoaded: "저장한 보기를 불러오지 못했습니다.",
  noSuchView: "그런 보기가 없습니다.",
};
