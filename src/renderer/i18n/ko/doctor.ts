// "Is something wrong?": the checks of the hub, and the clients that failed.
import type { doctor as en } from "../en/doctor.ts";

export const doctor: typeof en = {
  title: "문제가 있나요?",
  notRun: "점검하지 못했습니다.",
  checking: "점검하는 중…",
  checkedAt: (when) => `${when} 점검`,
  checkAgain: "다시 점검",
  allWell: "이 컴퓨터에는 문제가 없습니다.",
  allWellSoFar: "여기서 확인할 수 있는 한 이 컴퓨터에는 문제가 없습니다. 확인해 볼 만한 것:",
  wrong: "문제이거나 문제일 수 있는 것",
  fine: "문제없는 것",
  failedClients: "연결에 실패한 클라이언트",
  failedLastDay: "지난 하루 동안 실패한 클라이언트",
  noneFailed:
    "없습니다. 파이가 보내는데 아무것도 도착하지 않는다면 이 허브까지 오지 못한 것입니다. 주소와 네트워크, 방화벽을 확인하세요.",
  more: (count) => `${count}개 더 보기`,
  timesSince: (count, when) => `${when}부터 ${count}번`,
};
