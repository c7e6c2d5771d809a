// TLS: the switch, the certificate, and how others come to trust it.
import { withParticles } from "../../../../shared/messages/ko/format.ts";
import type { encryption as en } from "../../en/access/encryption.ts";

export const encryption: typeof en = {
  notLoaded: "설정을 불러오지 못했습니다.",
  title: "전송 암호화(HTTPS와 TLS를 통한 MQTT)",
  choices: {
    off: { label: "끄기", meaning: "기기와 브라우저가 보내는 것을 이 네트워크의 다른 사람이 읽을 수 있습니다." },
    own: {
      label: "허브 자체 인증 기관으로",
      meaning: "허브가 인증서를 만들고 갱신합니다. 기기와 브라우저에 한 번만 신뢰하도록 알려 주면 됩니다.",
    },
    acme: {
      label: "공개 이름의 인증서로",
      meaning: "브라우저가 그대로 신뢰합니다. 이름은 “외부 접속”에서 정하세요.",
    },
    files: {
      label: "내 파일로",
      meaning: "허브 컴퓨터에 있는 PEM 파일입니다. 바뀌면 다시 읽습니다.",
    },
  },
  certificateFile: "인증서(중간 인증서 포함)",
  keyFile: "인증서의 키",
  closePlain: "다른 컴퓨터에 TLS 없는 포트를 닫습니다. TLS를 쓰지 않는 기기는 연결이 끊깁니다.",
  certificate: "인증서",
  noCertificate: "아직 없습니다. 인증서가 생기면 포트가 열립니다.",
  ports: (https, mqtts, names, renewal) =>
    `HTTPS는 포트 ${https}, TLS를 통한 MQTT는 포트 ${mqtts}입니다. ${names}에 쓰이며 ${renewal} 전에 갱신합니다.`,
  signedBy: (name) =>
    withParticles(
      `“${name}”이(가) 서명했습니다. 따로 알려 주기 전에는 아무도 신뢰하지 않으니, 설치하는 곳에서 이 지문을 비교하세요.`,
    ),
  fingerprint: "인증 기관의 지문",
  authorityAt: (url) =>
    `브라우저, 휴대폰, 기기는 ${url}에서 받습니다. 휴대폰에서는 이 코드로 연 뒤 설정에서 설치하세요.`,
  authorityAddress: "허브 인증 기관의 주소",
  howPiSends: "파이에서 TLS로 보내는 방법",
};
