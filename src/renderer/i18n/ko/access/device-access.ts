// How devices come in: whether they need a key, which have none, and from which networks.
import type { deviceAccess as en } from "../../en/access/device-access.ts";

export const deviceAccess: typeof en = {
  notLoaded: "설정을 불러오지 못했습니다.",
  withoutKey: "키 없는 클라이언트가 할 수 있는 일",
  locked: "잠김: 허브의 옵션이나 환경 변수로 정해져 있습니다. 거기서 바꾼 뒤 허브를 다시 시작하세요.",
  choices: {
    readings: {
      label: "측정값 보내기",
      meaning: "키가 없는 기기의 측정값만 보낼 수 있습니다. 키가 있는 기기는 키 없이는 거부됩니다.",
    },
    none: {
      label: "없음: 키 필수",
      meaning: "모든 기기에 키가 필요합니다. 키가 없는 기기는 연결이 끊깁니다.",
    },
    all: {
      label: "전부",
      meaning: "열린 브로커입니다. 키가 있는 기기의 토픽을 빼고는 네트워크의 누구나 모든 토픽을 읽고 쓸 수 있습니다.",
    },
  },
  cutOff: (count) => `기기 ${count}대의 연결이 끊깁니다`,
  cutOffMeaning: ": “키 없는 기기”에 있는 기기입니다. 먼저 기기마다 키를 만들어 주세요.",
  keyless: "키 없는 기기",
  noneKeyless: "없음: 참여한 모든 기기에 키가 있습니다.",
  lastSeen: "마지막 수신",
  giveKey: "키 만들기",
  networks: "사설 네트워크 외에 허용할 네트워크(한 줄에 하나)",
  saveNetworks: "네트워크 저장",
};
