// A device's page: its state, what charts are compared with, and the order of its parts.
import type { devicePage as en } from "../../en/devices/device-page.ts";

export const devicePage: typeof en = {
  notLoaded: "기기를 불러오지 못했습니다.",
  loading: "불러오는 중",
  wantsToJoin: "참여를 요청했습니다. 관리자의 승인이 필요합니다.",
  isBlocked: "차단된 기기입니다.",
  edit: "편집",
  lastReading: "마지막 측정",
  lastHeard: "마지막 수신",
  noSuchDevice: (id) => `“${id}” 기기가 없습니다`,
  toOverview: "개요로",
  compareWith: "비교 대상",
  nothing: "비교…",
  yesterday: "+ 어제",
  lastWeek: "+ 지난주",
  lastYear: "+ 작년",
  otherMetrics: "기타",
  leftOut: "저장하지 못한 것",
  leftOutMeaning: "메시지의 이 필드에 든 값은 저장하지 못했고 나머지는 저장했습니다.",
  duplicateId: (addresses) =>
    `두 기기(${addresses.join(", ")})가 같은 ID를 써서 서로의 연결을 끊고 있습니다. 한쪽에 다른 ID를 주세요. 파이의 에이전트는 bramble-agent.toml의 “device”에서 ID를 읽습니다.`,
};
