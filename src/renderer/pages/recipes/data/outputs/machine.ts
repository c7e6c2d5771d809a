// The recipe “machine”: see ../recipe.ts for what its fields mean.
import type { Recipe } from "../recipe.ts";

export const machine: Recipe = {
  id: "cpu",
  name: "CPU",
  words: ["temperature", "throttling", "undervoltage", "disk", "Wi-Fi", "온도", "저전압", "디스크"],
  measures: {
    en: "How the Pi itself is: temperature, undervoltage and throttling, disk, memory, load, Wi-Fi. The agent reports it without being asked.",
    ko: "파이 자신의 상태입니다. 온도, 저전압과 속도 제한, 디스크, 메모리, 부하, Wi-Fi를 에이전트가 알아서 보고합니다.",
  },
  parts: [],
  wires: [],
  boot: [],
  toml: `interval = 10
vitals = true
`,
  shows: [
    { metric: "cpu_temperature", unit: "°C", example: "48.3", label: "CPU temperature" },
    { metric: "undervoltage", example: "0", label: "Undervoltage" },
    { metric: "throttled", example: "0", label: "CPU throttled" },
    { metric: "undervoltage_occurred", example: "0", label: "Undervoltage since start" },
  ],
  traps: [
    {
      en: "These two lines stand at the top of the file, before the first [section].",
      ko: "이 두 줄은 파일 맨 위, 첫 [섹션]보다 앞에 두세요.",
    },
    {
      en: "Undervoltage is a weak supply or a thin cable, and the commonest cause of a Pi that freezes: the overview shows it as “needs a look”.",
      ko: "저전압은 약한 전원이나 가는 케이블 때문이고, 파이가 멈추는 가장 흔한 원인입니다. 개요에 “확인 필요”로 나옵니다.",
    },
    {
      en: "From 80 °C on the Pi slows down: a heat sink is enough in most cases.",
      ko: "80 °C부터 파이가 느려집니다. 대부분 방열판이면 충분합니다.",
    },
  ],
};
