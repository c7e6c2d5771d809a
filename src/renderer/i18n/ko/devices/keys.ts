// The key of a device: made, shown once, accepted, revoked.
import type { keys as en } from "../../en/devices/keys.ts";

export const keys: typeof en = {
  title: "키",
  none: "없습니다. 이 네트워크의 누구나 이 기기 이름으로 측정값을 보낼 수 있습니다. 키를 만들면 키 없이는 받지 않습니다.",
  give: "키 만들기",
  offered: (code) => `기기가 코드 ${code}인 키를 보냈습니다. 기기에 표시된 코드와 비교하세요.`,
  accept: "승인",
  madeHere: (code, date, use) => `코드 ${code}, ${date} 여기서 생성, ${use}.`,
  brought: (code, date, use) => `코드 ${code}, ${date} 기기가 제시, ${use}.`,
  unused: "아직 사용하지 않음",
  lastUsed: (ago) => `마지막 사용 ${ago}`,
  revokedOn: (date) => `${date}에 키가 폐기되었습니다. 새 키가 생길 때까지 이 기기는 거부됩니다.`,
  refused: "거부",
  newKey: "새 키",
  revoke: "폐기",
  openAgain: "다시 키 없이 보내게 하기",
  revokeQuestion: (device) => `${device}의 키를 폐기할까요?`,
  revoking: "폐기하는 중…",
  revokeMeaning: "키는 바로 무효가 되고, 새 키가 생길 때까지 이 기기는 거부됩니다.",
  keyOf: (device) => `${device}의 키`,
  shownOnce: (code) =>
    `지금 한 번만 표시됩니다. 이제부터 이 기기의 데이터는 키 없이는 받지 않습니다. 코드는 ${code}입니다.`,
  qrCode: (device) => `${device} 키의 QR 코드`,
  mqttBefore: "Python, MQTT: 연결하기 전에",
  mqtt: "Python, MQTT",
  http: "Python, HTTP",
  agentIn: "에이전트: bramble-agent.toml에",
  agent: "에이전트",
};
