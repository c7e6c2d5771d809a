// An outside broker, in Korean.
import type { broker as en } from "../../en/network/broker.ts";
import { listed } from "../format.ts";

export const broker: typeof en = {
  "broker/away/ended": ({ broker }) =>
    `브로커 ${broker}이(가) 연결을 끊었습니다. 다시 연결될 때까지 그쪽 기기에서는 아무것도 오지 않습니다.`,
  "broker/away/refused": ({ broker }) =>
    `${broker}에서 받는 프로그램이 없습니다. 브로커를 시작하거나, 실제로 실행 중인 주소를 --broker로 알려 주세요.`,
  "broker/away/unknown-name": ({ broker }) =>
    `${broker}의 이름을 여기서는 찾을 수 없습니다. 찾을 수 있는 이름이나 IP 주소를 --broker로 알려 주세요.`,
  "broker/away/wrong-login": ({ broker }) =>
    `브로커 ${broker}이(가) 사용자 이름이나 비밀번호를 거절했습니다. --broker mqtt://user@host로 사용자를, BRAMBLE_BROKER_PASSWORD로 비밀번호를 알려 주세요.`,
  "broker/away/not-authorised": ({ broker }) =>
    `브로커 ${broker}이(가) 이 허브를 들여보내지 않습니다. 연결할 수 있는 사용자를 알려 주세요: --broker mqtt://user@host.`,
  "broker/away/untrusted": ({ broker, reason }) =>
    `${broker}의 인증서를 신뢰할 수 없습니다(${reason}). 서명한 인증 기관을 --broker-ca FILE로 알려 주세요.`,
  "broker/away/no-subscription": ({ broker, filters }) =>
    `브로커 ${broker}이(가) 허브의 구독을 허용하지 않습니다: ${listed(filters)}. 그 사용자가 읽을 수 있게 해 주세요.`,
  "broker/away/cannot-share": ({ broker }) =>
    `브로커 ${broker}은(는) MQTT 5와 공유 구독이 있는 브로커처럼 응답하지 않습니다. 워커들이 측정값을 나누려면 이것이 필요합니다. Mosquitto와 EMQX에는 있고 RabbitMQ에는 없습니다. 이 워커를 멈추세요. 그런 브로커에서는 허브가 혼자 모두 받습니다.`,
  "broker/away/deferred": ({ broker }) =>
    `${broker}에서 온 측정값을 지금은 저장할 수 없어서 아무것도 확인해 주지 않습니다. 브로커가 보관하고, 허브가 다시 요청합니다.`,
  "broker/away/other": ({ broker, reason }) => `브로커 ${broker}에 연결되어 있지 않습니다: ${reason}.`,

  "broker/title": ({ broker }) => `브로커 ${broker}`,
  "broker/connected": ({ version }) =>
    `허브가 MQTT ${version}(으)로 연결되어 있고, 기기가 보내는 것을 구독하고 있습니다.`,
};
