// The form for a control that a person adds to a device.
import type { addedControl as en } from "../../en/devices/added-control.ts";

export const addedControl: typeof en = {
  addTitle: "제어 추가",
  changeTitle: "제어 변경",
  about: "자체 MQTT 토픽을 구독하는 플러그나 스크립트용입니다. 누르면 그 토픽으로 발행합니다.",
  kind: "종류",
  kinds: { switch: "스위치", number: "숫자" },
  name: "이름",
  topic: "MQTT 토픽",
  sentForOn: "켤 때 보낼 값",
  sentForOff: "끌 때 보낼 값",
  template: (placeholder) => `보낼 값(숫자 자리에 ${placeholder})`,
  from: "최소",
  to: "최대",
  step: "간격",
  unit: "단위",
};
