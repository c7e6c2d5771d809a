// What every page says while something is wrong with what it shows, with the link to it, the hub's disk or a clock.
import type { warnings as en } from "../en/warnings.ts";

export const warnings: typeof en = {
  badLink: (link) => `“${link}” 링크를 읽을 수 없어 개요를 표시합니다.`,
  unknownLink: (link) => `“${link}” 페이지가 없어 개요를 표시합니다.`,
  notForYou: "그 페이지를 볼 권한이 없어 개요를 표시합니다.",
  notAll: "이 페이지의 일부를 불러오지 못했거나 최신 상태가 아닙니다",
  clockAhead: (span) => `이 컴퓨터의 시계가 허브보다 ${span} 빠릅니다.`,
  clockBehind: (span) => `이 컴퓨터의 시계가 허브보다 ${span} 느립니다.`,
  clockAdvice:
    "이 화면은 허브의 시계를 따릅니다. 틀린 쪽의 시계를 맞춰 주세요. 시각이 없는 측정값에는 허브의 시각이 기록됩니다.",
  diskLow: "허브의 디스크가 거의 찼습니다. 남은 공간이 2\u00a0GB 미만입니다.",
  diskLowAdvice: (folder) =>
    `${folder} 폴더가 있는 드라이브의 공간을 비우거나 폴더를 더 큰 드라이브로 옮겨 주세요. 16\u00a0MB 아래로 줄어들면 더 이상 저장되지 않습니다.`,
  diskFull: "허브의 디스크가 가득 차서 새 측정값이 저장되지 않습니다.",
  diskFullAdvice: (folder) =>
    `${folder} 폴더가 있는 드라이브의 공간을 비우거나 폴더를 더 큰 드라이브로 옮기면 저장이 자동으로 다시 시작됩니다. MQTT QoS\u00a01 또는 2로 보내는 기기는 확인되지 않은 측정값을 다시 보냅니다. QoS\u00a00으로 보내거나 HTTP로 보내고 다시 시도하지 않는 스크립트의 측정값은 그동안 사라집니다.`,
};
