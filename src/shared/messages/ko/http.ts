// What is wrong with a request, over HTTP or to open a WebSocket, in Korean.
import type { http as english } from "../en/http.ts";

type Parameter = { readonly field: string; readonly value: string; readonly isMissing: boolean };
type Header = { readonly header: string; readonly value: string };

const parameter = ({ field, value, isMissing }: Parameter) =>
  isMissing ? `“${field}”이(가) 없습니다.` : `“${field}”이(가) “${value}”입니다.`;
const number = (isWhole: boolean) => (isWhole ? "정수" : "숫자");
const inBrackets = (unit: string) => (unit === "" ? "" : `(${unit})`);
const header = ({ header: name, value }: Header) => `“${name}: ${value}”`;

export const http: typeof english = {
  "no-such-route": ({ path, hint }) => `${path}에는 아무것도 없습니다.${hint === "" ? "" : ` ${hint}`}`,
  "no-such-route/agent-file": () => "에이전트에 그런 파일이 없습니다.",
  "no-such-route/reading-metrics": () =>
    "이 허브는 Prometheus에 측정값을 제공하지 않습니다. --metrics-readings를 지정해 시작하세요.",
  "no-such-route/websocket": () =>
    "이 경로에는 WebSocket이 없습니다. 기기는 /ws, WebSocket을 통한 MQTT는 /mqtt, 허브의 창은 /api/v1/live를 사용합니다.",
  "bad-request/mqtt-elsewhere": () =>
    '이 경로는 JSON을 받습니다. WebSocket을 통한 MQTT는 /mqtt입니다(paho: ws_set_options(path="/mqtt"), MQTT.js: ws://…/mqtt).',
  "bad-request/websocket": ({ reason }) => `WebSocket 핸드셰이크(RFC 6455, 버전 13)가 아닙니다: ${reason}.`,
  "bad-request/path": ({ path }) => `“${path}”은(는) 경로가 아닙니다. % 뒤에 16진수 UTF-8이 오지 않는 곳이 있습니다.`,
  "method-not-allowed": ({ path, method, methods }) =>
    `${path}은(는) ${method}을(를) 받지 않습니다. ${methods}을(를) 사용하세요.`,

  "bad-request/unknown-parameter": ({ field, path, known }) =>
    `“${field}”라는 매개변수가 없습니다. ${path}에서 쓸 수 있는 것: ${known === "" ? "없음" : known}.`,
  "bad-request/repeated-parameter": ({ field, count }) => `“${field}”이(가) ${count}번 있습니다. 한 번만 쓰세요.`,
  "bad-request/choice": ({ choices, ...rest }) => `${parameter(rest)} ${choices} 중에서 쓰세요.`,
  "bad-request/number": ({ isWhole, unit, ...rest }) =>
    `${parameter(rest)} ${number(isWhole)}${inBrackets(unit)}를 쓰세요.`,
  "bad-request/number-in-range": ({ isWhole, unit, minimum, maximum, ...rest }) =>
    `${parameter(rest)} ${minimum}부터 ${maximum}까지의 ${number(isWhole)}${inBrackets(unit)}를 쓰세요.`,
  "bad-request/text": ({ description, ...rest }) =>
    `${parameter(rest)} ${description === "" ? "글을 쓰세요." : `(${description})`}`,
  "bad-request/time": ({ field, value }) =>
    `“${field}”이(가) “${value}”입니다. UTC 기준 밀리초나 2026-01-31T12:00:00Z 같은 ISO 8601을 쓰세요.`,
  "bad-request/from-after-to": ({ from, to }) =>
    `“from”은 “${from}”, “to”는 “${to === "" ? "지금" : to}”입니다. “from”이 “to”보다 앞서야 합니다.`,
  "bad-request/too-many-series": ({ series, limit }) =>
    `${series}개 계열은 한 번에 답할 수 있는 ${limit}개보다 많습니다. “device”와 “metric”으로 골라 주세요.`,
  "too-many-views": ({ limit }) => `비교 보기가 이미 ${limit}개입니다. 쓰지 않는 것을 지워 주세요.`,
  "bad-request/time-zone": ({ field, value }) =>
    `“${field}”이(가) “${value}”입니다. Asia/Seoul 같은 IANA 시간대나 UTC를 쓰세요.`,
  "bad-request/decimal": ({ field, value, isSepGiven }) =>
    `“${field}”이(가) “${value}”인데 ${isSepGiven ? "“sep”도 같습니다" : "열을 쉼표로 나눕니다"}. sep=;나 sep=tab을 함께 쓰세요.`,
  "bad-request/csv-only": ({ field, mediaType }) =>
    `“${field}”은(는) CSV용인데 “Accept: ${mediaType}”은 다른 형식을 요청합니다. 둘 중 하나를 빼세요.`,
  "bad-request/cursor": ({ field, value }) => `“${field}”이(가) “${value}”입니다. 앞 페이지의 “next”를 쓰세요.`,
  "bad-request/address": ({ field, value }) => `“${field}”이(가) “${value}”입니다. 이 허브의 주소를 쓰세요.`,
  "bad-metric/request": ({ value }) => `“${value}”은(는) 측정 항목 이름이 아닙니다.`,
  "bad-device-id/request": ({ value }) => `“${value}”은(는) 기기 ID가 아닙니다.`,

  "not-json/body": () => "content-type은 'application/json'인데 본문이 올바른 JSON이 아닙니다.",
  "not-json/empty-body": () => "content-type이 'application/json'이면 본문이 비어 있을 수 없습니다.",
  "bad-request/no-person": () =>
    "프로그램은 다른 사람을 로그인시킬 수 없습니다. 허브의 창을 열거나 사용자로 로그인해 링크를 만드세요.",
  "bad-request/sign-in": ({ field }) =>
    `“${field}”이(가) 없습니다. “username”과 “password”로, 또는 링크의 “link”나 “share”로 로그인하세요.`,
  "bad-request/body": ({ reason }) => `요청 내용이 올바르지 않습니다: ${reason}.`,
  "bad-request/duplicate-rule": () => "같은 기기와 측정 항목에 대한 규칙이 두 개 있습니다.",
  "too-large/body": () => "요청이 너무 큽니다.",
  "unsupported-media-type": () => "Content-Type: application/json 헤더와 함께 JSON을 보내세요.",
  "unsupported-media-type/readings": () =>
    "Content-Type: application/json 헤더와 함께 JSON을 보내거나, 한 줄에 객체 하나씩 application/x-ndjson으로 보내세요.",
  "unsupported-media-type/charset": () => "JSON을 UTF-8로 보내세요.",
  "unsupported-media-type/encoding": () => "본문을 그대로 보내거나 gzip 또는 deflate로 한 번만 압축해 보내세요.",
  "unsupported-media-type/packed": (params) => `${header(params)}은(는) 여기서 받지 않습니다. 본문을 그대로 보내세요.`,
  "bad-encoding": ({ encoding, reason }) =>
    `헤더는 Content-Encoding: ${encoding}인데 메시지가 ${encoding}이 아니거나 손상되었습니다: ${reason}.`,

  "bad-request/no-host": () => "HTTP/1.1에 필요한 Host 헤더가 요청에 없습니다. “Host: ”와 허브의 주소를 추가하세요.",
  "bad-request/method-case": ({ value }) => `요청이 “${value}”(으)로 시작합니다. 메서드는 POST처럼 대문자로 쓰세요.`,
  "bad-request/behind-body": ({ value }) =>
    `“${value}”은(는) 요청의 시작이 아닙니다. 본문의 끝이라면 앞의 Content-Length가 너무 작습니다. 바이트 수를 쓰세요.`,
  "bad-request/content-length": () => "Content-Length가 바이트 수가 아니거나 두 번 있습니다.",
  "bad-request/line-ends": () => '헤더의 한 줄이 LF만으로 끝납니다. 줄마다 CR LF, "\\r\\n"으로 끝내세요.',
  "bad-request/space-before-colon": ({ value }) => `헤더 “${value}”의 콜론 앞에 공백이 있습니다. 공백을 빼세요.`,
  "bad-request/no-empty-line": () =>
    '헤더가 와야 할 곳에서 본문이 시작됩니다. 헤더와 본문 사이에 빈 줄 "\\r\\n\\r\\n"을 넣으세요.',
  "bad-request/transfer-encoding": (params) => `${header(params)}은(는) 받지 않습니다. chunked만 받습니다.`,
  "bad-request/not-http": ({ reason }) => `허브가 이해하는 HTTP 요청이 아닙니다${reason === "" ? "" : `: ${reason}`}.`,
  "bad-request/ended-early": () => "요청이 끝나기 전에 연결이 끊어졌습니다.",
  "bad-request/unread": ({ reason }) => `요청을 읽을 수 없습니다: ${reason}`,
  "expectation-failed": (params) => `${header(params)}을(를) 들어줄 수 없습니다. 100-continue만 지원합니다.`,
  "request-timeout": () => "요청이 제시간에 모두 도착하지 않았습니다. 새 연결로 다시 보내세요.",
  "headers-too-large": () => "요청의 경로와 헤더가 최대 크기인 16 KB를 넘습니다.",
  "too-large/chunk-extensions": () => "요청의 청크 확장이 최대 크기인 16 KB를 넘습니다.",

  "not-signed-in": () => "로그인하지 않았습니다. 이름과 비밀번호로 로그인하거나 허브가 시작할 때 출력한 링크를 여세요.",
  forbidden: () => "이 역할로는 할 수 없는 일입니다. 관리자에게 요청하세요.",
  "link-expired": () =>
    "이미 사용했거나 너무 오래된 링크입니다. 로그인한 창의 설정에서 새로 만들거나, 허브를 다시 시작하면 새 링크를 출력합니다.",
  "bad-request/no-session": () => "끝낼 세션이 없습니다. 다른 종류의 토큰을 사용하고 있습니다.",

  "no-such-command": () => "그런 명령이 없거나 오래전에 지난 명령입니다.",
  "hub-stopping": () => "허브가 종료되는 중입니다. 잠시 후 다시 시도하세요.",
  "out-of-memory": () => "허브의 메모리가 부족해 새 연결을 받지 않습니다. 잠시 후 다시 시도하세요.",
  "too-many-requests/exports": () => "지금 만들고 있는 내보내기가 너무 많습니다. 하나가 끝난 뒤 다시 시도하세요.",
  "too-many-connections": () =>
    "이 주소에서, 또는 모두 합쳐 허브가 받을 수 있는 연결이 가득 찼습니다. 연결을 몇 개 닫으세요. 한 주소에서 여러 기기가 연결한다면 --no-rate-limit을 지정해 시작하세요.",
  "disk-full/not-done": () => "허브의 디스크가 가득 차서 하지 못했습니다. 공간을 확보한 뒤 다시 시도하세요.",
  "store-failed/not-done": () => "허브의 데이터베이스 오류로 하지 못했습니다. 데이터 폴더의 로그에 이유가 있습니다.",
  internal: () => "허브가 응답하지 못했습니다. 데이터 폴더의 로그에 이유가 있습니다.",
};
