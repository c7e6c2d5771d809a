// Reaching the hub from outside, in Korean.
import type { reach as english } from "../../en/network/reach.ts";

/** Why nothing came back. After "…: ". */
const FAULTS = {
  dns: "DNS에서 이름을 찾을 수 없습니다. 이 컴퓨터가 인터넷에 연결되어 있나요?",
  refused: "연결을 거부합니다.",
  silent: "제시간에 응답이 없습니다. 이 컴퓨터가 인터넷에 연결되어 있나요?",
  expired: "이 컴퓨터의 시계로는 인증서가 만료되었습니다. 시계가 맞나요?",
  "not-yet-valid": "이 컴퓨터의 시계로는 인증서가 아직 유효하지 않습니다. 시계가 맞나요?",
  untrusted: "이 컴퓨터가 신뢰하는 기관이 서명한 인증서가 아닙니다.",
  other: "연결에 실패했습니다.",
} as const;
const UNTRUSTED = {
  none: "공개 이름에 대한 인증서가 없습니다.",
  "other-name": "다른 이름에 대한 인증서입니다.",
  "not-yet-valid": "이 컴퓨터의 시계로는 인증서가 아직 유효하지 않습니다.",
  expired: "이 컴퓨터의 시계로는 인증서가 만료되었습니다.",
  authority: "자체 인증 기관이나 스테이징 기관이 서명한 인증서입니다. 클라이언트마다 신뢰하도록 설정해야 합니다.",
} as const;

const quoted = (detail: string) => (detail === "" ? "" : ` 응답: “${detail}”`);
const utc = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const days = (ms: number) => `${Math.round(Math.abs(ms) / 86_400_000)}일`;

export const reach: typeof english = {
  "reach/unreachable": ({ service, fault }) => `${service}에 물어볼 수 없습니다: ${FAULTS[fault]}`,

  "reach/acme-rate-limited": ({ service, detail }) =>
    `${service}이(가) 당분간 이 이름의 인증서를 더 발급하지 않습니다.${quoted(detail)}`,
  "reach/acme-refused": ({ service, detail }) => `${service}이(가) 인증서를 발급하지 않습니다.${quoted(detail)}`,
  "reach/acme-terms": ({ service, detail }) => `${service}의 이용 약관에 동의해야 합니다.${quoted(detail)}`,
  "reach/acme-no-answer": ({ service }) => `${service}이(가) 제시간에 결정하지 않았습니다.`,
  "reach/acme-not-acme": ({ service }) =>
    `${service}이(가) ACME 디렉터리로 응답하지 않습니다. 디렉터리의 URL이 맞나요?`,
  "reach/acme-no-challenge": ({ service, challenge }) => `${service}은(는) ${challenge} 확인 방식을 제공하지 않습니다.`,
  "reach/acme-name-not-found": ({ service, name, detail }) =>
    `${service}이(가) DNS에서 ${name}의 주소를 찾지 못했습니다. 이름이 여기를 가리키게 하거나 dns-01을 쓰세요.${quoted(detail)}`,
  "reach/acme-record-not-found": ({ service, name, detail }) =>
    `${service}이(가) 설정한 _acme-challenge.${name} 레코드를 찾지 못했습니다. 제공업체가 이 이름을 관리하나요?${quoted(detail)}`,
  "reach/acme-not-reached": ({ service, name, port, detail }) =>
    `${service}이(가) ${name}의 포트 ${port}에 연결하지 못합니다. 이름이 여기를 가리키게 하고 공유기에서 포트를 전달하거나, 열린 포트가 필요 없는 dns-01을 쓰세요.${quoted(detail)}`,
  "reach/acme-other-server": ({ service, name, port, detail }) =>
    `${service}이(가) ${name}의 포트 ${port}에서 이 허브가 아닌 다른 서버를 찾았습니다. 이름이 여기를 가리키게 하고 포트를 전달하세요.${quoted(detail)}`,
  "reach/acme-certificate-unreadable": ({ service }) => `${service}이(가) 발급한 것은 이 키의 인증서가 아닙니다.`,
  "reach/acme-clock": ({ service, notBeforeMs, notAfterMs, nowMs }) =>
    nowMs < notBeforeMs
      ? `${service}이(가) 발급한 인증서가 이 컴퓨터의 시계(${utc(nowMs)})로는 아직 유효하지 않습니다. ${utc(notBeforeMs)}부터 유효합니다. 시계를 맞추세요.`
      : `${service}이(가) 방금 발급한 인증서가 이 컴퓨터의 시계(${utc(nowMs)})로는 ${nowMs < notAfterMs ? "오래되었습니다" : "만료되었습니다"}. ${utc(notBeforeMs)}부터 ${utc(notAfterMs)}까지 유효합니다. 시계를 맞추세요.`,
  "reach/port-taken": ({ port }) =>
    `포트 ${port}을(를) 다른 프로그램이 쓰고 있는데, 확인에 잠시 필요합니다. dns-01을 쓰거나 그 프로그램을 끝내세요.`,
  "reach/port-privileged": ({ port }) =>
    `이 컴퓨터에서 포트 ${port}은(는) root만 쓸 수 있는데, 확인에 필요합니다. dns-01을 쓰거나 허브가 그 포트를 쓰게 하세요(sysctl net.ipv4.ip_unprivileged_port_start=${port}).`,
  "reach/port-failed": ({ port, detail }) => `포트 ${port}을(를) 사용할 수 없습니다: ${detail}`,

  "reach/provider-token": ({ service }) =>
    `${service}이(가) 토큰을 받아들이지 않습니다. 그곳에서 새로 만들어 여기에 설정하세요.`,
  "reach/provider-login": ({ service }) => `${service}이(가) 사용자 이름과 비밀번호를 받아들이지 않습니다.`,
  "reach/provider-no-name": ({ service, name }) => `${service}의 이 계정에는 ${name}이(가) 없습니다.`,
  "reach/provider-blocked": ({ service, answer }) =>
    `${service}이(가) 이 이름의 갱신을 더 이상 받지 않습니다. 응답: “${answer}”`,
  "reach/provider-busy": ({ service }) => `${service}이(가) 잠시 요청하지 말아 달라고 합니다.`,
  "reach/provider-failed": ({ service, answer }) => `${service}이(가) 실패했습니다.${quoted(answer)}`,
  "reach/provider-garbage": ({ service, answer }) =>
    `${service}의 응답이 그런 서비스의 응답이 아닙니다.${quoted(answer)}`,
  "reach/duckdns-refused": ({ name }) =>
    `DuckDNS가 거부했습니다. 토큰이 잘못되었거나 이 계정에 ${name}이(가) 없습니다.`,
  "reach/command-failed": ({ program, detail }) => `명령 ${program}이(가) 실패했습니다. ${detail}`,
  "reach/command-slow": ({ program, seconds }) => `명령 ${program}이(가) ${seconds}초 넘게 걸려 종료했습니다.`,
  "reach/command-missing": ({ program, folder }) =>
    `${folder}에 ${program} 프로그램이 없거나 이 사용자가 실행할 수 없습니다.`,
  "reach/not-propagated": ({ name, seconds }) =>
    `제공업체가 ${name} 레코드를 받았지만 ${seconds}초가 지나도 영역의 네임 서버에 나타나지 않습니다.`,
  "reach/wan-unknown": () => "이 네트워크의 인터넷 주소를 알려 준 서비스가 없습니다.",

  "reach/name/none/title": () => "허브에 공개 이름이 없습니다",
  "reach/name/none/message": () =>
    "모든 브라우저가 신뢰하는 인증서는 이름에 대해 발급됩니다. DuckDNS와 deSEC에서 무료로 얻을 수 있고, 자신의 도메인도 좋습니다.",
  "reach/name/fine/title": ({ name }) => `공개 이름은 ${name}입니다`,
  "reach/name/fine/message": () => "그 인증서와 가리키는 주소는 아래에서 확인합니다.",
  "reach/wan/unknown/title": () => "이 네트워크의 인터넷 주소를 모릅니다",
  "reach/wan/unknown/message": () => "이름을 설정하거나 요청하면 찾아봅니다.",
  "reach/wan/failed/message": () => "주소를 알려 주는 서비스가 하나도 응답하지 않았습니다.",
  "reach/wan/shared/title": ({ ipv4 }) =>
    `통신사가 여러 고객에게 주소 하나(${ipv4})를 나눠 쓰게 합니다. 포트를 전달할 수 없습니다`,
  "reach/wan/shared/message": () =>
    "통신사 NAT(CGNAT)이거나 공유기 앞에 또 다른 공유기가 있습니다. 공유기를 어떻게 설정해도 IPv4로는 밖에서 들어올 수 없습니다.",
  "reach/wan/shared/remedy": () =>
    "Tailscale이나 WireGuard, WebSocket을 전달하는 터널(MQTT는 /mqtt로 지나갑니다), 또는 IPv6를 쓰거나 통신사에 전용 주소를 요청하세요. dns-01 인증서는 그래도 발급됩니다.",
  "reach/wan/fine/title": ({ ipv4 }) => `이 네트워크의 인터넷 주소는 ${ipv4}입니다`,
  "reach/wan/fine/message": () =>
    "밖에서 본 주소입니다. 공유기가 다른 주소를 보여 주면 이중 NAT이므로 포트 전달이 되지 않습니다.",
  "reach/resolves/here/title": ({ name, addresses }) => `${name}이(가) 여기(${addresses})를 가리킵니다`,
  "reach/resolves/here/message": () => "DNS가 이 네트워크의 주소로 응답합니다.",
  "reach/resolves/nowhere/title": ({ name }) => `DNS에서 ${name}을(를) 찾을 수 없습니다`,
  "reach/resolves/nowhere/message": () => "이 이름으로는 아무도 허브를 찾지 못합니다.",
  "reach/resolves/elsewhere/title": ({ name, addresses }) => `${name}이(가) 다른 곳(${addresses})을 가리킵니다`,
  "reach/resolves/elsewhere/message": ({ here }) =>
    `이 네트워크는 ${here}에 있습니다. 터널이나 프록시라면 맞지만, 포트를 전달한다면 틀린 것입니다.`,
  "reach/resolves/unknown/title": ({ name }) => `${name}이(가) 가리키는 곳을 비교할 수 없습니다`,
  "reach/resolves/no-dns/message": () => "DNS가 응답하지 않습니다.",
  "reach/resolves/remedy": () => "여기서 동적 DNS를 켜거나, 이름 제공업체에서 주소를 설정하세요.",
  "reach/ipv6/global/title": ({ ipv6 }) => `이 컴퓨터에 고유한 IPv6 주소(${ipv6})가 있습니다`,
  "reach/ipv6/global/message": () =>
    "공유기의 방화벽이 포트를 들여보내면 NAT 없이 닿습니다. 밖의 모든 네트워크에 IPv6가 있는 것은 아닙니다.",
  "reach/ipv6/none/title": () => "이 컴퓨터에는 밖에서 닿는 IPv6 주소가 없습니다",
  "reach/ipv6/none/message": () => "문제가 아닙니다. 포트를 전달할 수 있다면 IPv4로 됩니다.",
  "reach/keys/open/title": () => "기기가 키 없이 보낼 수 있습니다",
  "reach/keys/open/message": () => "인터넷에서는 누구나 아무 기기의 이름으로 측정값을 보낼 수 있습니다.",
  "reach/keys/open/remedy": () =>
    "기기마다 키를 준 다음 “접근 권한” 페이지에서 키를 필수로 하세요(또는 --anonymous none으로 시작하세요).",
  "reach/keys/fine/title": () => "모든 기기에 키가 필요합니다",
  "reach/keys/fine/message": () => "키가 없으면 아무것도 받지도 알리지도 않습니다.",
  "reach/tls/off/title": () => "허브가 TLS를 쓰지 않습니다",
  "reach/tls/off/message": () => "비밀번호, 키, 측정값이 누구나 읽을 수 있게 인터넷을 지나갑니다.",
  "reach/tls/off/remedy": () =>
    "“접근 권한”의 “암호화”에서 TLS를 켜세요(또는 --https-port와 --mqtts-port를 지정해 시작하세요).",
  "reach/tls/untrusted/title": () => "허브의 인증서를 모든 브라우저가 신뢰하지는 않습니다",
  "reach/tls/untrusted/message": ({ untrusted }) => UNTRUSTED[untrusted],
  "reach/tls/untrusted/remedy": () => "인증서를 발급받으세요. Let’s Encrypt의 dns-01은 열린 포트가 필요 없습니다.",
  "reach/tls/fine/title": () => "TLS가 켜져 있고, 모든 브라우저가 신뢰하는 인증서가 있습니다",
  "reach/tls/fine/message": ({ notAfterMs }) => `${utc(notAfterMs)}까지 유효합니다.`,
  "reach/networks/closed/title": () => "허브가 사설 네트워크 밖의 주소를 거부합니다",
  "reach/networks/closed/message": () => "전달된 포트로 들어오는 연결은 거부됩니다.",
  "reach/networks/closed/remedy": () =>
    "“접근 권한” 페이지에서(또는 --allow로) 0.0.0.0/0과 ::/0을 허용하세요. Tailscale만 쓴다면 100.64.0.0/10과 fd7a:115c:a1e0::/48로 충분합니다.",
  "reach/networks/open/title": () => "허브가 밖의 주소를 받아들입니다",
  "reach/networks/open/message": () => "누구인지는 각자에게 확인합니다.",
  "reach/certificate/failed/title": () => "인증서를 발급받지 못했습니다",
  "reach/certificate/failed/message": ({ detail, retryAtMs }) =>
    `${detail}${retryAtMs === null ? "" : ` ${utc(retryAtMs)}에 다시 시도합니다.`}`,
  "reach/certificate/clock/title": ({ skewMs }) =>
    `이 컴퓨터의 시계가 ${days(skewMs)} ${skewMs > 0 ? "빠릅니다" : "느립니다"}`,
  "reach/certificate/clock/message": ({ service }) =>
    `${service}의 시계와 비교한 것입니다. 시계가 틀리면 인증서가 “만료됨”이나 “아직 유효하지 않음”으로 보입니다.`,
  "reach/certificate/clock/remedy": () => "시계를 맞추거나 동기화를 켜세요(timedatectl set-ntp true).",
  "reach/ddns/failed/title": ({ name }) => `${name}이(가) 여기를 가리키게 유지되지 않습니다`,
  "reach/ddns/failed/message": ({ detail, retryAtMs }) =>
    `${detail}${retryAtMs === null ? " 설정이 바뀔 때까지 다시 시도하지 않습니다." : ` ${utc(retryAtMs)}에 다시 시도합니다.`}`,

  "bad-request/reach-name": ({ field, value }) =>
    `“${field}”이(가) “${value}”입니다. hub.example.org처럼 점이 있는 공개 이름을 쓰세요. .local 이름은 로컬 네트워크용입니다.`,
  "bad-request/reach-url": ({ field, value }) => `“${field}”이(가) “${value}”입니다. https URL을 쓰세요.`,
  "bad-request/reach-credentials": ({ field }) => `“${field}”이(가) 없습니다. 제공업체에 필요합니다.`,
  "bad-request/reach-url-template": ({ field }) =>
    `“${field}”은(는) {ipv4}나 {ipv6}가 들어 있는 https URL이어야 하고, 중괄호 안에는 그 밖에 {name}만 쓸 수 있습니다.`,
  "bad-request/reach-command": ({ field, folder }) =>
    `“${field}”은(는) ${folder}에 있는 프로그램의 이름으로 시작해야 합니다. 프로그램은 직접 넣으세요. 밖에서는 아무도 이 컴퓨터의 프로그램을 고를 수 없습니다.`,
  "bad-request/reach-ca": ({ field }) => `“${field}”은(는) PEM 형식의 인증서가 아닙니다.`,
  "bad-request/reach-email": ({ field, value }) => `“${field}”이(가) “${value}”입니다. 이메일 주소를 쓰세요.`,
  "bad-request/reach-terms": ({ field }) =>
    `“${field}”이(가) true가 아닙니다. 사람이 약관에 동의해야 인증 기관이 발급합니다.`,
  "bad-request/reach-needs-name": ({ field }) => `“${field}”에는 공개 이름이 필요합니다. “name”을 설정하세요.`,
  "bad-request/reach-needs-provider": ({ field }) =>
    `“${field}”에는 레코드를 설정하는 제공업체(DuckDNS, deSEC, Cloudflare 또는 명령)가 필요합니다.`,
  "bad-request/reach-needs-ddns-provider": ({ field }) =>
    `“${field}”에는 제공업체가 필요합니다. “provider”를 설정하세요.`,
  "bad-request/reach-acme-off": () => "인증서를 발급받을 수 없습니다. 이름을 설정하고 “acme.on”을 켜세요.",
  "certificate-limited": ({ untilMs }) => `인증 기관이 ${utc(untilMs)} 전에는 주문을 더 받지 않습니다.`,
};
