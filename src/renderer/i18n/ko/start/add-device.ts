// The page that connects a device, and the choice of the hub's address there and beside QR codes, in Korean.
import { withParticles } from "../../../../shared/messages/ko/format.ts";

export const addDevice = {
  title: "라즈베리 파이 추가",
  lead: "아래 중 하나를 파이에서 실행하세요. 프로그램의 숫자 자리에는 직접 잰 값을 넣으세요. 첫 메시지가 오면 기기가 여기에 나타납니다.",
  recipes: "센서 레시피",
  closed: "이 허브는 새 기기를 받지 않습니다.",
  closedBy: "--joining closed로 시작되었습니다.",
  hubUnknown: "허브 주소를 알 수 없습니다.",
  agentUnknown: "에이전트 설치 명령을 불러오지 못했습니다.",
  address: "파이에서 이 허브에 접속할 주소",
  linkAddress: "링크에 넣을 허브 주소",
  nameHint: (name: string) => `대부분의 네트워크에서는 주소 대신 ${name}을 써도 되며, 주소가 바뀌어도 그대로입니다.`,
  agent: "에이전트",
  agentInOneLine: "에이전트, 한 줄로 설치",
  agentHint:
    "Raspberry Pi OS용입니다. 무엇을 할지 먼저 알려 주고 확인을 받은 뒤 설치합니다. 그다음부터는 스스로 이 허브를 찾고, 파이의 상태를 보고하고, 허브가 꺼져 있는 동안 측정값을 보관하며, 핀에 연결된 장치를 켜고 끕니다.",
  agentTrust:
    "이 체크섬은 이 허브의 인증 기관 것입니다. 파이는 이 인증 기관만 신뢰합니다. 설치 후 bramble-agent status에 나오는 지문이 다음과 같은지 확인하세요.",
  checkFirst: "먼저 확인하기",
  hubId: (id: string) => `이 허브의 ID는 ${id}입니다.`,
  authority: "아래 프로그램보다 먼저: 이 허브를 신뢰하기",
  authorityHint: "파이에서 프로그램을 실행할 폴더에서 한 번만 실행하세요. 체크섬이 일치하는 파일만 사용합니다.",
  ownAuthority: "직접 넣은 인증서입니다. 파이가 서명한 기관을 신뢰하지 않으면 프로그램에서 신뢰하도록 설정하세요.",
  mqtt: "Python, MQTT",
  http: "Python, HTTP",
  mosquitto: "mosquitto_pub",
  curl: "curl",
  agentSettings: "에이전트, /etc/bramble-agent.toml",
  keyTitle: "기기의 키",
  keyHint:
    "키가 있으면 다른 누구도 이 기기인 척 보낼 수 없습니다. 키는 아래 프로그램에 들어가며, 이번 한 번만 표시됩니다.",
  keyCompulsory:
    "이 허브는 키가 없으면 아무것도 받지 않습니다. 여기서 기기의 키를 만들거나, 에이전트가 제안한 키를 승인하세요.",
  deviceId: "기기 ID",
  makeKey: "키 만들기",
  replacesKey: "이 ID의 기기가 이미 있습니다. 지금 쓰는 키로, 또는 키 없이 보내는 메시지는 거부됩니다.",
  keyMade: (device: string, code: string) =>
    `${device}의 키입니다. 확인 코드는 ${code}입니다. 이 화면을 떠나면 다시 볼 수 없습니다.`,
  key: "키",
  keyQr: (device: string) => `${device}의 키 QR 코드`,
  waiting: "첫 측정값을 기다리는 중…",
  waitingForNew: "새 기기를 기다리는 중…",
  nothingComes: "아무것도 오지 않나요?",
  seeDoctor: "문제가 있는지 확인하기",
  arrived: (name: string) => withParticles(`${name}이(가) 연결되었습니다.`),
  seeReadings: "측정값 보기",
  refused: (address: string, source: string, time: string, why: string) =>
    `${address}에서 보낸 메시지(${source})가 거부되었습니다(${time}): ${why}`,
};
