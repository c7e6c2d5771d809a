// TLS, in Korean: what keeps the hub from a certificate, why a client's handshake failed, and what the doctor found.
import type { tls as english } from "../../en/network/tls.ts";
import { listed } from "../format.ts";

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export const tls: typeof english = {
  "tls/no-certificate": () => "인증서 파일에 PEM 형식의 인증서(-----BEGIN CERTIFICATE-----)가 없습니다.",
  "tls/no-key": () => "키 파일에 PEM 형식의 개인 키(-----BEGIN PRIVATE KEY-----)가 없습니다.",
  "tls/key-encrypted": () =>
    "키가 암호화되어 있습니다. 암호 없는 키 파일을 지정하세요. openssl pkey -in KEY -out NEW로 만들 수 있습니다.",
  "tls/mismatch": () => "인증서와 키가 서로 맞지 않습니다. 함께 만든 두 파일을 지정하세요.",
  "tls/chain-order": () => "인증서 파일은 허브 자신의 인증서로 시작해야 합니다. 인증 기관의 인증서는 그 뒤에 옵니다.",
  "tls/unusable": ({ reason }) => `TLS에서 이 인증서와 키를 쓸 수 없습니다: ${reason}.`,
  "tls/expired": ({ untilMs }) => `인증서가 ${day(untilMs)}에 만료되었습니다. 유효한 인증서를 지정하세요.`,
  "tls/unreadable": ({ file, reason }) => `${file}을(를) 읽을 수 없습니다: ${reason}.`,
  "tls/refused": ({ problem }) => `새 인증서를 받아들이지 않았습니다. ${problem} 이전 인증서를 계속 사용합니다.`,
  "tls/authority-broken": ({ folder }) =>
    `${folder}에 있는 허브의 인증 기관이 손상되었습니다. 사본에서 ca.pem과 ca-key.pem을 되돌리거나 둘 다 지우세요. 지우면 허브가 시작할 때 새로 만들며, 모든 기기에 다시 넣어야 합니다.`,
  "tls/not-written": ({ reason }) => `인증서를 저장할 수 없습니다: ${reason}.`,
  "tls/authority-expires": ({ untilMs }) =>
    `허브의 인증 기관이 ${day(untilMs)}에 만료됩니다. tls 폴더에서 ca.pem과 ca-key.pem을 지우고 허브를 다시 시작한 뒤, 기기에 새 ca.pem을 넣으세요.`,
  "tls/port-not-open": ({ reason }) => reason,

  "bad-certificate": ({ problem }) => problem,
  "bad-request/tls-files": () => "files 모드에는 certFile과 keyFile이 필요합니다. 둘 다 허브 컴퓨터의 절대 경로입니다.",
  "port-taken": ({ reason }) => reason,
  "no-such-route/authority": () =>
    "이 허브에는 자체 인증 기관이 없습니다. TLS가 꺼져 있거나 다른 곳의 인증서를 사용합니다.",
  "bad-request/plain-http": () => "이 포트는 HTTPS입니다. http:// 대신 https://로 요청하세요.",

  "wrong-protocol/http-to-tls": ({ protocol }) =>
    protocol === "HTTPS"
      ? "HTTPS 포트에 TLS 없는 HTTP로 연결했습니다. http:// 대신 https://로 연결하게 하세요."
      : "TLS를 통한 MQTT인 MQTTS 포트에 HTTP 요청을 보냈습니다.",
  "wrong-protocol/mqtt-to-tls": ({ protocol }) =>
    protocol === "MQTTS"
      ? 'MQTTS 포트에 TLS 없는 MQTT로 연결했습니다. TLS를 쓰게 하거나(paho: client.tls_set("ca.pem")) MQTT 포트로 연결하게 하세요.'
      : "HTTPS 포트에 MQTT로 연결했습니다. TLS를 통한 MQTT에는 별도의 포트가 있습니다.",
  "wrong-protocol/not-tls": ({ protocol }) => `${protocol} 포트에 보낸 것이 TLS가 아닙니다.`,
  "wrong-protocol/tls-to-plain": ({ protocol, port }) =>
    `TLS가 없는 포트에 TLS로 연결했습니다. ${protocol} 포트는 ${port}입니다.`,
  "untrusted-certificate/own": ({ protocol }) =>
    `${protocol} 포트의 허브 인증서를 신뢰하지 않습니다. 허브의 인증 기관 /ca.pem을 넣고(paho: client.tls_set("ca.pem"), curl: --cacert ca.pem) 인증서에 있는 이름이나 주소로 연결하게 하세요.`,
  "untrusted-certificate/files": ({ protocol }) =>
    `${protocol} 포트의 허브 인증서를 신뢰하지 않습니다. 서명한 인증 기관의 인증서를 넣고, 중간 인증서는 인증서 파일에 넣고, 인증서에 있는 이름으로 연결하게 하세요.`,
  "untrusted-certificate/wrong-name": ({ protocol, names }) =>
    `${protocol} 포트의 허브 인증서를 거부했습니다. ${listed(names)}이(가) 아닌 이름으로 연결했거나 인증서를 신뢰하지 않습니다.`,
  "untrusted-certificate/expired": ({ protocol }) =>
    `${protocol} 포트의 허브 인증서가 만료되었거나 아직 유효하지 않다고 봅니다. 시계가 맞나요(timedatectl)?`,
  "tls-failed/too-old": ({ protocol }) =>
    `${protocol} 포트에 1.2보다 오래된 TLS로 연결했습니다. TLS 라이브러리를 업데이트하세요.`,
  "tls-failed/no-cipher": ({ protocol }) =>
    `${protocol} 포트와 함께 쓸 수 있는 암호가 없습니다. TLS 1.3의 암호와, TLS 1.2에서는 ECDHE와 함께 쓰는 AES-GCM과 ChaCha20을 받습니다.`,
  "tls-failed/no-protocol": ({ protocol }) => `${protocol} 포트가 쓰지 않는 프로토콜만 제안합니다.`,
  "tls-failed/slow": ({ protocol, seconds }) =>
    `${protocol} 포트의 TLS 핸드셰이크가 ${seconds}초 안에 끝나지 않았습니다.`,
  "tls-failed": ({ protocol, reason }) => `${protocol} 포트의 TLS 핸드셰이크가 실패했습니다: ${reason}.`,

  "certificate/fine/title": ({ untilMs }) => `허브의 인증서가 ${day(untilMs)}까지 유효합니다`,
  "certificate/fine/message": ({ names }) => `${listed(names)}에 대한 인증서입니다.`,
  "certificate/expires/title": ({ untilMs }) => `허브의 인증서가 ${day(untilMs)}에 만료됩니다`,
  "certificate/expired/title": ({ untilMs }) => `허브의 인증서가 ${day(untilMs)}에 만료되었습니다`,
  "certificate/none/title": () => "TLS가 켜져 있지만 허브에 인증서가 없습니다",
  "certificate/none/message": () => "인증서가 생길 때까지 HTTPS와 MQTTS 포트는 닫혀 있습니다.",
  "certificate/expiry/message": () => "인증서를 확인하는 클라이언트는 만료되면 더 이상 연결하지 못합니다.",
  "certificate/expiry/remedy": () => "두 파일에 새 인증서와 키를 넣으세요. 허브가 알아서 다시 읽습니다.",
  "certificate/problem/title": () => "허브의 인증서에 문제가 있습니다",
  "certificate/problem/message": ({ problems }) => problems.join(" "),
};
