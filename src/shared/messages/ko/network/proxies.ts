// Proxies in front of the hub, in Korean.
import type { proxies as english } from "../../en/network/proxies.ts";
import { listed } from "../format.ts";

const LOCK_OUT =
  "허브는 그 뒤의 모든 클라이언트를 하나로 봅니다. 하나가 비밀번호를 틀리면 모두 잠기고, 제한도 모두에게 함께 적용됩니다.";
const trust = ({ address }: { readonly address: string }) => `--trust-proxy ${address}을(를) 지정해 허브를 시작하세요`;

export const proxies: typeof english = {
  "bad-request/forwarded-contradiction": () =>
    "X-Forwarded-For와 Forwarded가 서로 다른 클라이언트를 가리킵니다. 프록시가 하나는 직접 쓰고 다른 하나는 클라이언트가 쓴 그대로 넘깁니다. 그것을 버리도록 설정하세요.",
  "forbidden/network": ({ address }) => `주소 ${address}은(는) 이 허브가 받아들이는 네트워크 밖에 있습니다.`,
  "no-such-route/base-path": ({ path, meant }) =>
    `${path}에는 아무것도 없습니다. 이 허브는 다른 경로 아래에서 제공됩니다. ${meant}을(를) 찾으셨나요?`,

  "wrong-protocol/untrusted-proxy": ({ address }) =>
    `PROXY 헤더를 보냈지만 알려진 프록시가 아닙니다. 프록시라면 ${trust({ address })}.`,
  "wrong-protocol/bad-proxy-header": ({ reason }) => `신뢰하는 프록시이지만 PROXY 헤더가 거부되었습니다: ${reason}.`,

  "proxy/untrusted/title": ({ addresses }) => `${listed(addresses)}의 프록시를 신뢰하지 않습니다`,
  "proxy/untrusted/message": () => `X-Forwarded-For로 클라이언트를 알려 주지만 무시됩니다. ${LOCK_OUT}`,
  "proxy/untrusted/remedy": ({ networks }) =>
    `직접 둔 프록시라면 --trust-proxy ${networks}을(를) 지정해 허브를 시작하세요.`,
  "proxy/gateway/title": ({ address }) => `모든 기기가 한 주소 ${address}에서 옵니다`,
  "proxy/gateway/message": ({ isInContainer }) =>
    `${isInContainer ? "컨테이너의 네트워크" : "공유기"}가 기기의 주소 대신 자기 주소를 씁니다. 허브는 사설 네트워크만 받아들이는데, 여기서는 집 안과 인터넷을 구별할 수 없습니다. ${LOCK_OUT}`,
  "proxy/gateway/remedy": ({ address, isInContainer }) =>
    `${isInContainer ? "컨테이너를 호스트의 네트워크로 실행하거나(--network host)" : "공유기가 주소를 그대로 넘기게 하거나"}, PROXY 프로토콜을 보내는 프록시를 앞에 두고 ${trust({ address })}.`,
};
