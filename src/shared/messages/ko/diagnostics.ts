// Why a client failed to connect, to publish, to subscribe or to send a request, in Korean.
import type { diagnostics as english } from "../en/diagnostics.ts";
import { roughly } from "./format.ts";

const POST_READINGS = "측정값은 JSON으로 /data에 POST하세요.";
const didYouMean = ({ meant }: { readonly meant: string }) => `${meant}을(를) 찾으셨나요?`;
const refusedAt = ({ protocol }: { readonly protocol: string }) => `${protocol} 포트로 온 연결이 거부되었습니다.`;
const noPublishing = ({ topic }: { readonly topic: string }) => `키 없이는 “${topic}”에 발행할 수 없습니다.`;
const noSubscription = ({ filter }: { readonly filter: string }) => `“${filter}” 구독이 거부되었습니다.`;
const off = (offMs: number) => `${roughly(Math.abs(offMs))} ${offMs > 0 ? "빠릅니다" : "느립니다"}`;

export const diagnostics: typeof english = {
  "not-admitted/outside": ({ protocol }) =>
    `${refusedAt({ protocol })} 이 허브가 받아들이는 네트워크 밖의 주소입니다. 받아들이려면 --allow를 지정해 허브를 시작하세요.`,
  "not-admitted/too-many": ({ protocol }) =>
    `${refusedAt({ protocol })} 허브가 받을 수 있는 연결이 가득 찼습니다. 메시지마다 연결을 열고 닫지 않는 프로그램이 있나요?`,
  "not-admitted/too-many-of-address": ({ protocol }) =>
    `${refusedAt({ protocol })} 한 주소가 가질 수 있는 연결이 가득 찼습니다. 메시지마다 연결을 열고 닫지 않나요? 한 주소에서 여러 기기가 연결한다면 --no-rate-limit을 지정해 허브를 시작하세요.`,
  "not-admitted/short-of-memory": ({ protocol }) =>
    `${refusedAt({ protocol })} 허브의 메모리가 부족했습니다. 컴퓨터에 여유가 있다면 --memory를 더 크게 지정해 시작하세요.`,
  cut: ({ reason }) => `연결을 끊었습니다: ${reason}.`,
  "wrong-protocol/mqtt-to-http": ({ mqttPort }) => `HTTP 포트에 MQTT로 연결했습니다. MQTT 포트는 ${mqttPort}입니다.`,
  "wrong-protocol/tls-to-http": () =>
    "TLS가 없는 HTTP 포트에 TLS로 연결했습니다. https:// 대신 http://로 연결하게 하세요.",
  "wrong-protocol/http-to-mqtt": ({ httpPort }) => `MQTT 포트에 HTTP 요청을 보냈습니다. HTTP 포트는 ${httpPort}입니다.`,
  "wrong-protocol/tls-to-mqtt": () =>
    "TLS가 없는 MQTT 포트에 TLS로 연결했습니다. TLS 없이 연결하게 하세요(mqtts:// 대신 mqtt://).",

  "wrong-token": () =>
    "이 허브가 받지 않는 토큰을 보냈습니다. hub.json의 토큰은 시작할 때마다 바뀌고, 허브의 컴퓨터에서만 쓸 수 있습니다.",
  "wrong-method": ({ method, path, allowed }) => `${path}에 ${method}을(를) 보냈습니다. ${allowed}을(를) 사용하세요.`,
  "wrong-method/readings-in-query": ({ path }) => `${path}에 GET의 쿼리로 측정값을 보냈습니다. ${POST_READINGS}`,
  "wrong-path": ({ method, path }) =>
    `아무것도 받지 않는 ${path}에 ${method}을(를) 보냈습니다. 측정값은 /data로 보내세요.`,
  "wrong-path/meant": ({ method, path, meant }) =>
    `아무것도 받지 않는 ${path}에 ${method}을(를) 보냈습니다. ${didYouMean({ meant })}`,
  "unsupported-media-type/sent": ({ mediaType, path, remedy }) =>
    `${path}에 “${mediaType}”을(를) 보냈습니다. ${remedy}`,
  "no-such-client": ({ id }) => `연결된 클라이언트 가운데 “${id}”은(는) 없습니다.`,

  "same-client-id": ({ address }) =>
    `${address}의 클라이언트와 ID가 같아 서로를 밀어냅니다. 둘 중 하나의 ID를 바꾸세요. 파이의 에이전트는 호스트 이름을 씁니다.`,
  "bad-client-id": () =>
    "클라이언트 ID가 너무 길거나, 표시할 수 없는 문자가 있거나, 비어 있습니다. 빈 ID는 MQTT 3.1.1의 clean session에서만 쓸 수 있습니다.",
  "wrong-password": () => "잘못된 비밀번호로 연결했습니다.",
  "wrong-password/let-in": () => "잘못된 비밀번호로 연결했고, 누구나 할 수 있는 일만 할 수 있습니다.",
  "no-password": () => "비밀번호 없이 연결했습니다. 이 허브는 --anonymous none으로 시작했습니다.",
  "fell-silent": ({ keepAliveSeconds, silentSeconds }) =>
    `${keepAliveSeconds}초마다 신호를 보내겠다고 했지만(keep-alive) ${silentSeconds}초 동안 조용해 연결을 끊었습니다. 아직 실행 중이라면 ping()이나 loop()를 더 자주 부르거나 keep-alive를 더 길게 하세요.`,

  "forbidden/publish": () => "키 없이는 이 토픽에 발행할 수 없습니다.",
  "forbidden/topic": ({ topic }) =>
    `${noPublishing({ topic })} 측정값은 sensor/data나 sensor/<device>/data로 보내세요.`,
  "forbidden/topic-of-value": ({ topic }) =>
    `${noPublishing({ topic })} 측정값은 bramble/<device>/metric/<metric>으로 보내세요.`,
  "forbidden/topic-meant": ({ topic, meant }) => `${noPublishing({ topic })} ${didYouMean({ meant })}`,

  "no-subscription": ({ filter }) =>
    `${noSubscription({ filter })} 키 없는 클라이언트는 bramble/<device>/command의 자기 명령과 직접 추가한 제어의 토픽만 들을 수 있습니다.`,
  "no-subscription/shared": ({ filter }) =>
    `${noSubscription({ filter })} 공유 구독은 $share/<그룹>/<필터>로 쓰고, 그룹에는 “/”, “+”, “#”을 쓸 수 없습니다.`,
  "no-subscription/bad-filter": ({ filter }) =>
    `${noSubscription({ filter })} 토픽 필터가 아닙니다. “#”은 맨 끝에 혼자, “+”는 한 단계에 혼자 있어야 하고, 단계는 100개까지입니다.`,
  "no-subscription/too-many": ({ filter }) => `${noSubscription({ filter })} 구독이 너무 많습니다.`,
  "no-subscription/meant": ({ filter, meant }) => `${noSubscription({ filter })} ${didYouMean({ meant })}`,

  "clock-off": ({ name, offMs }) =>
    `${name}의 시계가 ${off(offMs)}. 측정값의 시각이 잘못됩니다. 시계를 네트워크로 맞추고 있나요(timedatectl)?`,
  "clock-off/local-time": ({ name, offMs }) =>
    `${name}이(가) 보내는 시각이 ${off(offMs)}. 오프셋 없는 현지 시각으로 보입니다. 오프셋이나 Z를 붙이거나(2026-01-31T12:00:00+09:00) 1970년부터의 초를 보내세요. 시계가 틀렸다면 네트워크로 맞추세요(timedatectl).`,

  "hint/meant": didYouMean,
  "hint/post-readings": () => POST_READINGS,
  "failed-on": ({ source, text }) => `${source}: ${text}`,
};
