// “Outgrow this PC” in the settings, in Korean.
import type { move as en } from "./move-en.ts";

export const move: typeof en = {
  title: "데이터베이스 서버로 옮기기",
  hint: "기기가 계속 보내는 동안 데이터를 PostgreSQL, MySQL 또는 MariaDB로 옮깁니다. 새 측정값은 두 데이터베이스에 모두 저장되므로 아무것도 잃지 않고 되돌아올 수 있습니다. 먼저 빈 데이터베이스와 그 소유자인 사용자를 만드세요.",
  address: "데이터베이스 주소",
  look: "무엇이 필요한지 보기",
  looking: "서버에 묻는 중…",
  begin: "복사 시작",
  toCopy: "복사할 내용",
  roomThere: "서버의 공간",
  estimated: (bytes) => `약 ${bytes}가 필요합니다.`,
  free: (bytes) => `${bytes}가 비어 있습니다.`,
  freeUnknown: "남은 공간은 서버가 알려 주지 않습니다.",
  duration: "걸리는 시간(대략)",
  continued: "이 데이터베이스에는 이전에 옮긴 이 허브의 데이터가 있습니다. 측정값을 하나씩 비교합니다.",

  onServer: "데이터가 데이터베이스 서버에 있습니다",
  serverHint: "허브가 --store로 시작되었습니다. 데이터를 데이터 폴더의 파일로 가져올 수 있습니다.",
  copied: (done, total) => `측정값 ${total}개 중 ${done}개를 복사했습니다.`,
  backTo: (date) => `${date} 이후의 내용은 모두 서버에 있습니다.`,
  left: (duration) => `약 ${duration} 남았습니다.`,
  comparing: "두 데이터베이스를 비교하는 중…",
  ready: "두 데이터베이스의 내용이 같고, 새 측정값은 양쪽에 저장됩니다.",
  switched: "허브가 서버에서 읽고 있습니다. 되돌아올 수 있도록 새 측정값은 파일에도 저장됩니다.",
  compared: (readings, series) => `측정 항목 ${series}개의 측정값 ${readings}개를 비교했습니다.`,
  until: (date) => `파일에는 ${date}까지 저장합니다.`,
  switching: "전환하는 중입니다. 허브가 곧 다시 시작합니다…",
  finished: "옮기기가 끝났습니다. 데이터 폴더의 파일은 더 이상 최신이 아니므로 지워도 됩니다.",
  pending: "잠시만 기다려 주세요…",
  stop: "중지",
  actions: { switch: "서버에서 읽기", back: "파일로 되돌아가기", end: "양쪽 저장 끝내기" },
  questions: {
    switch: "이제부터 서버에서 읽을까요?",
    back: "다시 파일에서 읽을까요?",
    end: "한 데이터베이스에만 저장할까요?",
  },
  explanations: {
    switch:
      "두 데이터베이스를 한 번 더 비교한 뒤 허브가 서버를 사용해 다시 시작합니다. 기기는 스스로 다시 연결하고, 확인받지 못한 측정값을 다시 보냅니다. 30일 동안은 파일에도 저장하므로 되돌아올 수 있습니다.",
    back: "파일을 최신 상태로 만들고 비교한 뒤 허브가 파일을 사용해 다시 시작합니다. 기기는 스스로 다시 연결합니다.",
    end: "읽지 않는 데이터베이스에는 이제부터 아무것도 저장하지 않습니다. 내용은 그대로 두며, 다시 쓰려면 새로 복사해야 합니다.",
  },
};
