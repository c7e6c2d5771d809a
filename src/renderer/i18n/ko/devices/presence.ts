// A device wherever it is shown: whether it is there, what its sensors and controls say.
import type { presence as en } from "../../en/devices/presence.ts";

export const presence: typeof en = {
  online: "온라인",
  wasOnline: "온라인이었음",
  awaySince: (moment) => `${moment}부터 오프라인`,
  silentFor: (span) => `${span} 동안 측정값 없음`,
  usuallyEvery: (span) => `보통 ${span}마다`,
  simulated: "가상",
  andMore: (count) => `외 ${count}개`,
};
