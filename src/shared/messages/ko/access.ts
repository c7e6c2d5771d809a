// Why a request may not come in, and what is wrong with keys, people and links, in Korean.
import type { access as english } from "../en/access.ts";

const minutes = (seconds: number) => (seconds < 60 ? `${seconds}초` : `${Math.ceil(seconds / 60)}분`);

export const access: typeof english = {
  "foreign-host/several": () => "요청에 호스트가 둘 이상 들어 있습니다.",
  "foreign-host": ({ host }) =>
    `“${host}”은(는) 이 허브의 이름이 아닙니다. 허브의 주소를 사용하거나 --allowed-host를 지정해 허브를 시작하세요.`,
  "foreign-origin": () => "다른 사이트의 페이지는 이 허브를 사용할 수 없습니다.",

  "key-required": ({ device }) =>
    `${device}에는 키가 있는데 이 메시지에는 키가 없습니다. 기기에 키를 입력하세요. MQTT에서는 기기 ID가 사용자 이름, 키가 비밀번호이고, HTTP에서는 “Authorization: Bearer KEY”입니다.`,
  "key-required/all": ({ device }) =>
    `이 허브는 키 없는 메시지를 받지 않으며, ${device}은(는) 키를 보내지 않았습니다. 기기 페이지에서 키를 만들거나 “bramble key create ${device}”를 실행하세요.`,
  "wrong-key": ({ device }) => `${device}의 키가 아닙니다. 이전 키를 잃어버렸다면 기기 페이지에서 새 키를 만드세요.`,
  "wrong-key/request": () => "이 키나 토큰은 사용할 수 없습니다. 잘못되었거나 취소된 것입니다.",
  "wrong-key/other-offered": ({ device, code }) =>
    `${device}은(는) 다른 키로 참여를 기다리고 있습니다. 이 키의 코드는 ${code}입니다.`,
  "key-not-accepted": ({ device, code }) =>
    `${device}이(가) 아직 아무도 승인하지 않은 키를 보냈고, 이 허브는 키 없는 메시지를 받지 않습니다. 기기 페이지에서 코드 ${code}을(를) 비교한 뒤 승인하세요.`,
  "forbidden/device": ({ device }) => `${device}의 이름으로 보낼 권한이 없습니다.`,
  "forbidden/other-device": ({ device, own }) => `${own}의 키로는 ${device}의 메시지를 보낼 수 없습니다.`,

  "no-such-key": ({ device }) => `${device}에는 키가 없습니다.`,
  "no-such-key/none-offered": ({ device }) => `${device}은(는) 승인할 키를 보내지 않았습니다.`,
  "no-such-key/api": ({ id }) => `“${id}”라는 API 키가 없습니다.`,
  "key-changed": ({ device, code }) =>
    `${device}이(가) 이제 코드가 ${code}인 키를 보내고 있습니다. 기기의 코드와 비교한 뒤 그 키를 승인하세요.`,
  "too-many-keys": ({ limit }) => `API 키가 이미 ${limit}개 있습니다. 사용하지 않는 키를 취소하세요.`,
  "no-such-person": ({ name }) => `“${name}”라는 사용자가 없습니다.`,
  "person-exists": ({ name }) => `“${name}”은(는) 이미 사용 중입니다. 다른 이름을 고르세요.`,
  "too-many-people": ({ limit }) => `사용자가 이미 ${limit}명 있습니다. 먼저 몇 명을 삭제하세요.`,
  "bad-value/person": ({ name }) => `“${name}”의 앞이나 뒤에 공백이 있습니다.`,
  "bad-value/network": ({ value }) =>
    `“${value}”은(는) 네트워크가 아닙니다. 203.0.113.0/24 같은 네트워크나 주소를 사용하세요.`,
  "no-such-session": () => "그런 세션이 없습니다. 종료되었거나 만료되었습니다.",
  "no-such-share": ({ id }) => `“${id}”라는 공유 링크가 없습니다. 취소되었거나 만료되었습니다.`,
  "no-such-view": ({ id }) => `“${id}”라는 비교 보기가 없습니다.`,
  "bad-request/share": () => "링크로 무엇을 보여 줄지 정하세요. “device”와 “view” 중 하나만 쓸 수 있습니다.",
  "too-many-shares": ({ limit }) => `공유 링크가 이미 ${limit}개 있습니다. 먼저 몇 개를 취소하세요.`,
  "wrong-password/sign-in": () => "이름이나 비밀번호가 올바르지 않습니다.",
  "wrong-password/current": () => "현재 비밀번호가 아닙니다.",
  "link-expired/share": () => "이 링크는 더 이상 사용할 수 없습니다. 취소되었거나 만료되었으니 새 링크를 요청하세요.",
  "locked-out": ({ seconds }) => `이 주소에서 잘못된 시도가 너무 많았습니다. ${minutes(seconds)} 후에 다시 시도하세요.`,
  "too-many-requests": ({ perSecond }) =>
    `이 주소에서 초당 ${perSecond}개가 넘는 요청을 보내고 있습니다. 여러 측정값을 한 번에 보내거나 속도를 줄이세요.`,
  "too-many-requests/passwords": () => "지금 로그인하는 사람이 너무 많습니다. 몇 초 후에 다시 시도하세요.",
  "cut-off": () =>
    "지금의 연결은 변경 전에 맺은 것입니다. 이 방법으로는 더 이상 들어올 수 없으므로 변경이 저절로 취소됩니다.",
  "set-by-flag": ({ field }) =>
    `“${field}”은(는) 허브의 옵션이나 환경 변수로 정해져 있습니다. 거기서 바꾼 뒤 허브를 다시 시작하세요.`,
};
