// Who is connected over MQTT.
import type { clients as en } from "../en/clients.ts";

export const clients: typeof en = {
  section: "클라이언트",
  title: "MQTT로 연결됨",
  about: "이 허브의 브로커에 연결된 모든 클라이언트입니다. 사용하는 버전과 주소, 주고받는 메시지를 보여 줍니다.",
  none: "연결된 클라이언트가 없습니다.",
  absent: (count) => `자리를 비운 클라이언트를 기다리는 세션이 ${count}개 있습니다.`,
  notLoaded: "클라이언트를 불러오지 못했습니다.",
  connectedAgo: (ago) => `연결: ${ago}`,
  received: (messages, perSecond) => `보낸 메시지 ${messages}개 (초당 ${perSecond})`,
  sent: (messages, perSecond) => `받은 메시지 ${messages}개 (초당 ${perSecond})`,
  queued: (messages) => `대기 중인 메시지 ${messages}개`,
  subscriptions: (count) => `구독 ${count}개`,
  more: (count) => `외 ${count}개`,
  disconnect: "연결 끊기",
  disconnectClient: (id) => `${id} 연결 끊기`,
};
