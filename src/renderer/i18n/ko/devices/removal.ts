// Blocking, deleting and merging devices.
import { withParticles } from "../../../../shared/messages/ko/format.ts";
import type { removal as en } from "../../en/devices/removal.ts";

export const removal: typeof en = {
  block: "차단",
  blockMeaning: "메시지는 거부되고 측정값은 남습니다. 개요에서 다시 승인할 수 있습니다.",
  blockAction: "차단",
  delete: "삭제",
  deleteAction: "기록과 함께 삭제",
  whatGoes: (history) =>
    `${history}와 명령도 함께 사라집니다. 1분 동안은 되돌릴 수 있으며, 그 뒤에 다시 보내면 새 기기가 됩니다.`,
  deleted: (device) => withParticles(`${device}을(를) 삭제했습니다.`),
  secondsLeft: (seconds) => `${seconds}초 뒤에 보낸 모든 것과 함께 사라집니다.`,
  deleting: "측정값을 지우는 중…",
  undoOf: (device) => `실행 취소: ${device} 삭제`,
  now: "지금 삭제",
  nowOf: (device) => `지금 삭제: ${device}`,
  kept: (device) => withParticles(`${device}을(를) 그대로 두었습니다.`),
  history: (readings, written, metrics, metricsWritten) => {
    const of = metrics === 1 ? "" : `측정 항목 ${metricsWritten}개의 `;
    return readings === undefined ? `${of}측정값 전체` : `${of}측정값 ${written}개`;
  },
  merge: "다른 기기와 같은 기기입니다",
  mergeMeaning: "새로 설정한 파이는 ID가 바뀔 수 있습니다. 둘을 기록 하나를 가진 한 기기로 합칩니다.",
  sameAs: "같은 기기",
  chooseOther: "다른 기기 선택",
  mergeOpen: "합치기…",
  mergeQuestion: (one, other) => withParticles(`${one}와(과) ${other}은(는) 같은 기기인가요?`),
  mergeAction: "합치기",
  merging: "측정값을 옮기는 중입니다. 수백만 개라면 몇 초 걸립니다.",
  becomesPart: (source, history, target) => `${source}의 ${history}가 마지막으로 연결된 ${target}에 합쳐집니다.`,
  takesName: (name) => `그때부터 이름은 ${name}입니다.`,
  bothHave: (target) => `같은 시각의 측정값이 둘 다 있으면 ${target}의 것이 남습니다.`,
  isGone: (source) =>
    withParticles(
      `${source}은(는) 명령과 함께 사라집니다. 되돌릴 수 없으며, ${source}이(가) 다시 보내면 새 기기가 됩니다.`,
    ),
};
