// What the doctor's checks found, in Korean.
import type { doctor as english } from "../en/doctor.ts";
import { listed } from "./format.ts";

type Holder = Parameters<(typeof english)["port-holder"]>[0]["holder"];
type Found = { readonly name: string; readonly addresses: readonly string[] };

const FIREWALLS = {
  ufw: "ufw",
  firewalld: "firewalld",
  nftables: "nftables",
  iptables: "iptables",
  windows: "Windows 방화벽",
} as const;
const CHECKS = {
  reach: "허브의 포트",
  "port-conflict": "포트를 쓰는 프로그램",
  firewall: "방화벽",
  backups: "백업",
  broker: "외부 브로커",
  spool: "데이터베이스 서버를 기다리는 측정값",
  proxies: "허브 앞의 프록시",
  certificate: "인증서",
  mdns: "허브를 이름으로 찾을 수 있는지",
  "public-name": "공개 이름이 가리키는 곳",
} as const;

function holderName(holder: Holder): string {
  switch (holder.kind) {
    case "program":
      return `${holder.name}(프로세스 ${holder.pid})`;
    case "hidden":
      return `사용자 ${holder.user}의 프로그램`;
    case "nobody":
    case "unknown":
      return "다른 프로그램";
  }
}

const foundAs = ({ name, addresses }: Found) =>
  `네트워크에서 찾아보니 ${name}(으)로 ${listed(addresses)}에서 응답했습니다.`;

export const doctor: typeof english = {
  "check-failed/title": ({ check }) => `확인하지 못했습니다: ${CHECKS[check]}.`,
  "check-failed/message": ({ reason }) => reason,
  "check-failed/timeout": ({ seconds }) => `${seconds}초 넘게 걸렸습니다.`,

  "network/loopback/title": () => "어떤 라즈베리 파이도 이 허브에 연결할 수 없습니다",
  "network/loopback/message": ({ host }) => `--host ${host}(으)로 시작해 이 컴퓨터의 연결만 받습니다.`,
  "network/loopback/remedy": () => "--host 없이 시작하세요.",
  "network/ipv6-alone/title": () => "어떤 라즈베리 파이도 이 허브에 연결할 수 없습니다. 네트워크가 IPv6 전용입니다",
  "network/ipv6-alone/message": ({ host, addresses }) =>
    `이 컴퓨터의 주소는 ${listed(addresses)}입니다. 허브를 --host ${host}(으)로 시작해 IPv4 연결만 받습니다.`,
  "network/ipv6-alone/remedy": () => "IPv6와 IPv4를 모두 받는 --host ::로, 또는 --host 없이 시작하세요.",
  "network/none/title": () => "이 컴퓨터가 네트워크에 연결되어 있지 않습니다",
  "network/none/message": () => "루프백 주소밖에 없어 어떤 라즈베리 파이도 연결할 수 없습니다.",
  "network/none/remedy": () => "케이블이나 Wi-Fi로 파이의 네트워크에 연결하세요.",
  "network/not-allowed/title": ({ addresses }) => `허브가 ${listed(addresses)} 네트워크의 연결을 받지 않습니다`,
  "network/not-allowed/message": () => "허브는 사설 네트워크를 받아들이는데, 이 네트워크는 사설이 아닙니다.",
  "network/not-allowed/remedy": () => "파이가 그 네트워크에 있다면 --allow에 그 네트워크를 지정해 허브를 시작하세요.",
  "network/fine/title": ({ addresses }) => `이 컴퓨터의 주소는 ${listed(addresses)}입니다`,
  "network/fine/message": () => "파이는 게스트용이 아닌 같은 네트워크에 있어야 합니다.",

  "port/answers/title": ({ protocol, port }) => `${protocol}이(가) 포트 ${port}에서 응답합니다`,
  "port/answers/message": ({ addresses }) =>
    `${listed(addresses)}에서 응답합니다. 이 컴퓨터에서 본 것이므로, 방화벽이 다른 기기를 막을 수도 있습니다.`,
  "port/fails/title": ({ protocol, port }) => `${protocol}이(가) 포트 ${port}에서 제대로 응답하지 않습니다`,
  "port/fails/message": ({ another, closed, silent }) =>
    [
      another.length > 0 ? [`${listed(another)}에서 다른 프로그램이 응답합니다.`] : [],
      closed.length > 0 ? [`${listed(closed)}에서 연결이 거부됩니다.`] : [],
      silent.length > 0 ? [`${listed(silent)}에서 2초 안에 응답이 없습니다.`] : [],
    ]
      .flat()
      .join(" "),
  "port/another-program/remedy": ({ flag }) => `다른 프로그램을 끝내거나 ${flag}을(를) 바꿔 허브를 시작하세요.`,
  "port/unreachable/remedy": () =>
    "허브를 다시 시작하세요. 그래도 안 되면 이 컴퓨터의 방화벽이나 보안 프로그램이 막고 있는 것입니다.",

  "port-conflict/none/title": () => "허브가 원하는 포트를 쓰고 있습니다",
  "port-conflict/none/message": () => "허브가 원한 포트를 쓰는 다른 프로그램이 없습니다.",
  "port-conflict/over/title": ({ protocol, port }) => `${protocol} 포트 ${port}이(가) 다시 비었습니다`,
  "port-conflict/over/message": ({ used }) =>
    `허브가 시작할 때 다른 프로그램이 쓰고 있어 허브는 ${used}을(를) 사용합니다. 이를 모르는 기기는 연결하지 못합니다.`,
  "port-conflict/over/remedy": ({ port }) => `허브를 다시 시작하면 ${port}을(를) 사용합니다.`,
  "port-conflict/taken/title": ({ protocol, port, holder }) =>
    `${protocol} 포트 ${port}을(를) ${holderName(holder)}이(가) 쓰고 있습니다`,
  "port-conflict/taken/message": ({ used, port }) =>
    `이 허브는 대신 ${used}을(를) 사용합니다. ${port}(으)로 연결하는 기기는 다른 프로그램에 닿습니다.`,
  "port-conflict/taken/remedy": ({ used, hasCommand }) =>
    `그 프로그램을 끝내고 허브를 다시 시작하거나, 기기에 포트 ${used}을(를) 알려 주세요.${hasCommand ? " 어떤 프로그램인지 보려면:" : ""}`,
  "port-holder": ({ holder }) => holderName(holder),

  "firewall/none/title": () => "이 컴퓨터에 방화벽이 보이지 않습니다",
  "firewall/none/message": () =>
    "ufw와 firewalld가 꺼져 있고, nftables나 iptables에도 파이가 보내는 것을 막는 규칙이 없습니다.",
  "firewall/unknown-system/message": () => "이 시스템의 방화벽은 Bramble이 알지 못합니다.",
  "firewall/windows-off/message": () => "Windows 방화벽이 꺼져 있습니다.",
  "firewall/macos-off/message": () => "macOS 방화벽이 꺼져 있습니다.",
  "firewall/rules-hidden/message": ({ firewall }) =>
    `ufw와 firewalld가 꺼져 있습니다. ${FIREWALLS[firewall]}의 규칙은 root만 볼 수 있는데, 허브는 root가 아닙니다.`,
  "firewall/rules-hidden/remedy": () => "어떤 파이도 연결되지 않으면, 들어오는 것을 막는 규칙이 있는지 보세요:",
  "firewall/open/title": ({ firewall }) => `${FIREWALLS[firewall]}이(가) 파이를 들여보냅니다`,
  "firewall/open/message": () => "허브의 포트에 대한 규칙이 있습니다.",
  "firewall/may-block/title": ({ firewall }) => `방화벽이 켜져 있습니다: ${FIREWALLS[firewall]}`,
  "firewall/may-block/message": () => "허브의 모든 포트에 누구나 들어오게 하는 규칙이 없어 파이를 막을 수도 있습니다.",
  "firewall/may-block-unread/message": () => "무엇을 들여보내는지는 root만 볼 수 있습니다. 파이를 막을 수도 있습니다.",
  "firewall/may-block/remedy": ({ untilRestart }) =>
    `파이가 연결되지 않으면 이 컴퓨터의 터미널에서 실행하세요${untilRestart ? "(다시 시작할 때까지 유효)" : ""}:`,
  "firewall/windows/title": () => "Windows 방화벽이 파이를 막을 수도 있습니다",
  "firewall/windows/message": () =>
    "켜져 있고, Bramble이라는 규칙이 없습니다. 이 프로그램을 허용할지 한 번 물었을 수 있습니다.",
  "firewall/windows/remedy": () => "파이가 연결되지 않으면 관리자 권한으로 연 터미널에서 실행하세요:",
  "firewall/macos/title": () => "macOS 방화벽이 파이를 막을 수도 있습니다",
  "firewall/macos/message": () => "아는 프로그램으로 오는 것만 들여보내는데, 이 프로그램을 모를 수 있습니다.",
  "firewall/macos/remedy": () => "파이가 연결되지 않으면 터미널에서 실행하세요:",
  "firewall/macos-blocks-all/message": () => "들어오는 모든 연결을 막도록 설정되어 있습니다.",
  "firewall/macos-blocks-all/remedy": () => "시스템 설정의 네트워크, 방화벽, 옵션에서 끈 다음 터미널에서 실행하세요:",

  "mdns/off/title": () => "파이가 이 허브를 스스로 찾지 못합니다",
  "mdns/off/message": () => "--no-mdns로 시작해 자신을 알리지 않습니다.",
  "mdns/found/title": ({ name }) => `파이가 이 허브를 ${name}(으)로 찾습니다`,
  "mdns/found/message": foundAs,
  "mdns/renamed/title": ({ name, wanted }) => `이 허브는 ${name}입니다. 다른 컴퓨터의 이름이 ${wanted}입니다`,
  "mdns/renamed/message": ({ name, wanted, addresses }) =>
    `${foundAs({ name, addresses })} ${wanted}(으)로 연결하는 스크립트는 다른 컴퓨터에 닿습니다.`,
  "mdns/renamed/remedy": ({ name }) =>
    `그런 스크립트에 ${name}을(를) 알려 주거나, 다른 컴퓨터의 이름을 바꾸고 허브를 다시 시작하세요.`,
  "mdns/not-found/title": () => "네트워크에서 이 허브를 찾지 못했습니다",
  "mdns/not-found/message": ({ name, failure, isInContainer }) => {
    const cause =
      failure !== null
        ? `${failure.interfaceName}에서 UDP 포트 5353을 쓸 수 없습니다(${failure.reason}). 다른 프로그램이 혼자 쓰고 있을 수 있습니다.`
        : isInContainer
          ? "컨테이너에서 실행 중인데, --network host로 실행하지 않으면 멀티캐스트가 밖으로 나가지 않습니다."
          : "방화벽이나 VPN이 막고 있을 수 있습니다.";
    return name === null
      ? `아직 네트워크에 이름이 없습니다. 방금 시작했거나 자신을 알리지 못했습니다. ${cause}`
      : `이름이 ${name}인데, 찾아도 응답하지 않았습니다. ${cause}`;
  },
  "mdns/give-address/remedy": ({ address, mqttPort, httpPort }) =>
    `파이에 주소 ${address}, MQTT 포트 ${mqttPort}, HTTP 포트 ${httpPort}을(를) 알려 주세요.${address.includes(":") ? ` URL에서는 대괄호로 감쌉니다: http://[${address}]:${httpPort}.` : ""}`,
  "other-hub/title": ({ instance }) => `다른 허브가 있습니다: ${instance}`,
  "other-hub/message": ({ host, addresses }) =>
    `${host}${addresses.length > 0 ? `(${listed(addresses)})` : ""}입니다. 허브를 찾는 파이가 이 허브 대신 그 허브를 찾을 수 있습니다.`,
  "other-hub/remedy": () => "여기에 없는 파이는 그 허브에서 찾아보세요.",

  "public-name/title": ({ name, addresses }) =>
    addresses.length === 0
      ? `DNS에서 ${name}을(를) 찾을 수 없습니다`
      : `${name}이(가) 다른 곳(${listed(addresses)})을 가리킵니다`,
  "public-name/message": ({ addresses }) =>
    `이 허브는 ${listed(addresses)}에 있습니다. 그 이름이 터널이나 프록시의 것이 아니라면 밖에서 공개 이름으로 찾을 수 없습니다.`,
  "public-name/remedy": () => "동적 DNS를 켜거나, 이름 제공업체에서 주소를 설정하세요.",
};
