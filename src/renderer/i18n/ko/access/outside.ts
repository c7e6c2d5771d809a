// Reaching the hub from outside: what is in the way, and the public name.
import type { outside as en } from "../../en/access/outside.ts";

export const outside: typeof en = {
  notChecked: "확인하지 못했습니다.",
  checking: "확인하는 중…",
  ready: "허브를 인터넷에 열어도 됩니다",
  notReady: "아직 인터넷에 열 수 없습니다",
  whatToDo:
    "막고 있는 것과 해결 방법이 아래에 있습니다. 집 안에서만 쓴다면 필요하지 않으며, 양쪽에서 Tailscale이나 WireGuard를 쓰면 포트를 열지 않아도 됩니다.",
  checked: "확인한 항목",
  forward: (from, to, protocol) => `포트 ${from} → 이 컴퓨터의 포트 ${to}(${protocol})`,
  forwards: (all) => `공유기에서 포트를 전달하세요: ${all.join(", ")}. TLS 없는 포트는 절대 전달하지 마세요.`,
  publicName: "공개 이름",
  name: "이름",
  provider: "이름의 레코드를 관리하는 곳",
  providers: { none: "없음", duckdns: "DuckDNS", desec: "deSEC", cloudflare: "Cloudflare" },
  byApi: (kind) => `API로 설정됨(${kind})`,
  token: "제공자의 토큰",
  tokenInUse: "현재 사용 중인 토큰",
  keepPointed: "이름이 항상 이 네트워크를 가리키게 하기(동적 DNS)",
  getCertificate: "Let’s Encrypt에서 인증서를 받고 갱신하기",
  proof: "이름의 소유를 증명하는 방법",
  challenges: {
    "dns-01": "제공자를 통해 설정하는 DNS 레코드(포트를 열지 않음)",
    "http-01": "포트 80의 응답",
    "tls-alpn-01": "포트 443의 응답",
  },
  agree: "Let’s Encrypt의 서비스 약관에 동의합니다",
  issuing: "인증서를 발급받는 중…",
  validUntil: (date) => `인증서는 ${date}까지 유효합니다. “암호화”에서 켜세요.`,
};
