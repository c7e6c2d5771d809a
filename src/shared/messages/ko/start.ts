// Why the hub cannot start, in Korean.
import type { start as english } from "../en/start.ts";

type Port = { readonly protocol: string; readonly port: number };
type Listening = Port & { readonly host: string };
type Database = { readonly path: string; readonly reason: string };

const taken = ({ protocol, port, holder, command }: Port & { readonly holder: string; readonly command: string }) =>
  `${protocol} 포트 ${port}을(를) ${holder}이(가) 쓰고 있습니다.${command === "" ? "" : ` 어떤 프로그램인지는 \`${command}\`로 볼 수 있습니다.`}`;
const held = ({ folder, pid }: { readonly folder: string; readonly pid: number | null }) =>
  `다른 허브(pid ${pid ?? "?"})가 ${folder}에서 실행 중입니다.`;
const unusable = (folder: string) => `데이터 폴더 ${folder}을(를) 사용할 수 없습니다:`;
const notOpened = ({ path, reason }: Database) => `데이터베이스 ${path}을(를) 열 수 없습니다: ${reason}.`;
const cannotListen = ({ protocol, host, port }: Listening) =>
  `${host} 포트 ${port}에서 ${protocol} 연결을 받을 수 없습니다:`;
const remedied = (remedy: string) => (remedy === "" ? "" : ` ${remedy}`);

const WITHOUT_FLAG = "그 옵션 없이, 또는 올바른 값으로 Bramble을 시작하세요.";
const OTHER_FOLDER = "또는 --data로 다른 폴더를 지정하세요.";
const TRY_AGAIN = "그런 다음 다시 시도하세요.";
const MEND = "문제를 고친 뒤 다시 시도하세요.";
const NO_IPV6 = "이 컴퓨터에는 IPv6가 없습니다.";
const MAY_WRITE = "디스크와 폴더에 문제가 없고 이 사용자가 쓸 수 있는지 확인하세요.";

const STORE_FORM = "postgres://user:password@host/database나 mariadb://user:password@host/database 같은 URL";

export const start: typeof english = {
  "start/flags": ({ problem }) => `${problem} bramble serve --help를 보세요.`,
  "start/flags/desktop": ({ problem }) => `${problem} ${WITHOUT_FLAG}`,
  "flag/passphrase-file": ({ path, reason }) => `BRAMBLE_PASSPHRASE_FILE: ${path}을(를) 읽을 수 없습니다: ${reason}.`,
  "flag/empty-folder": () => "--data에는 빈 이름이 아니라 폴더를 지정하세요.",
  "flag/port": ({ flag, value }) => `--${flag}에는 “${value}”이(가) 아니라 0부터 65535까지의 포트를 지정하세요.`,
  "flag/memory": ({ min, max, value }) =>
    `--memory에는 “${value}”이(가) 아니라 ${min}부터 ${max}까지의 메가바이트를 지정하세요.`,
  "flag/count": ({ flag, max, value }) => `--${flag}에는 “${value}”이(가) 아니라 1부터 ${max}까지의 수를 지정하세요.`,
  "flag/spool": ({ max, value }) =>
    `--spool에는 ${max} 이하의 메가바이트 수나, 쓰지 않으려면 0을 적습니다. “${value}”은(는) 쓸 수 없습니다.`,
  "flag/broker": () => "--broker에는 mqtt://192.168.1.5나 mqtts://user@broker.example:8883 같은 주소를 지정하세요.",
  "flag/broker/path": () => "--broker에는 mqtt://192.168.1.5처럼 경로가 없는 주소를 지정하세요.",
  "flag/broker/percent": () => "--broker의 사용자 이름과 비밀번호에 들어가는 %는 %25로 씁니다.",
  "flag/broker/ca-without-tls": () => "--broker-ca는 mqtts:// 브로커에만 씁니다.",
  "flag/broker/password-without-user": () =>
    "브로커 비밀번호에는 사용자 이름이 필요합니다: --broker mqtts://user@host.",
  "flag/unreadable-file": ({ flag, path }) => `${flag}: ${path} 파일을 읽을 수 없습니다.`,
  "flag/store": () => `--store에는 ${STORE_FORM}을 지정하세요.`,
  "flag/store/incomplete": () =>
    `--store에는 ${STORE_FORM}을 지정하세요. 사용자, 호스트, 데이터베이스가 모두 필요합니다.`,
  "flag/store/percent": () => `--store에는 ${STORE_FORM}을 지정하세요. 그 안의 %는 %25로 씁니다.`,
  "flag/store/tls": ({ modes }) => `--store의 sslmode는 다음 가운데 하나입니다: ${modes.join(", ")}.`,
  "flag/host": ({ value }) => `--host에는 “${value}”이(가) 아니라 IP 주소를 지정하세요.`,
  "flag/network": ({ flag, value }) =>
    `--${flag}에는 “${value}”이(가) 아니라 203.0.113.0/24 같은 네트워크를 지정하세요.`,
  "flag/base-path": ({ value }) => `--base-path에는 “${value}”이(가) 아니라 /bramble 같은 경로를 지정하세요.`,
  "flag/choice": ({ flag, choices, value }) => `--${flag}에는 “${value}”이(가) 아니라 ${choices} 중 하나를 지정하세요.`,

  "start/held": (params) => `${held(params)} 먼저 종료하거나 --data로 다른 폴더를 지정하세요.`,
  "start/held/desktop": (params) => `${held(params)} 그 허브를 종료한 뒤 다시 시도하세요.`,
  "start/folder-denied": ({ folder, reason, remedy }) =>
    `${unusable(folder)} ${reason}${remedied(remedy)} ${OTHER_FOLDER}`,
  "start/folder-denied/desktop": ({ folder, reason, remedy }) =>
    `${unusable(folder)} ${reason}${remedied(remedy)} ${TRY_AGAIN}`,
  "start/folder-failed": ({ folder, reason }) => `${unusable(folder)} ${reason} ${OTHER_FOLDER}`,
  "start/folder-failed/desktop": ({ folder, reason }) => `${unusable(folder)} ${reason} ${MEND}`,

  "start/database-full": (params) => `${notOpened(params)} 디스크의 공간을 확보하세요.`,
  "start/database-damaged": (params) =>
    `${notOpened(params)} bramble restore FILE로 백업을 넣거나(지금 것은 옆에 남습니다) --data로 다른 폴더를 지정하세요.`,
  "start/database-damaged/desktop": (params) =>
    `${notOpened(params)} 다른 곳으로 옮기고 그 이름으로 백업을 넣은 뒤 다시 시도하세요. 백업이 없으면 허브가 새로 시작합니다.`,
  "start/database-newer": (params) => `${notOpened(params)} 더 새 버전을 시작하거나 --data로 다른 폴더를 지정하세요.`,
  "start/database-newer/desktop": (params) => `${notOpened(params)} 더 새 버전을 시작하세요.`,
  "start/database-denied": (params) => `${notOpened(params)} ${MAY_WRITE} ${OTHER_FOLDER}`,
  "start/database-denied/desktop": (params) => `${notOpened(params)} ${MAY_WRITE} ${TRY_AGAIN}`,
  "start/database-failed": (params) => `${notOpened(params)} 이것 없이 계속하려면 --data로 다른 폴더를 지정하세요.`,
  "start/database-failed/desktop": (params) => `${notOpened(params)} ${MEND}`,

  "start/port-taken": (params) => `${taken(params)} 그 프로그램을 끝내거나 다른 포트를 지정하세요.`,
  "start/port-taken/desktop": (params) => `${taken(params)} 그 프로그램을 끝낸 뒤 다시 시도하세요.`,
  "start/no-such-address": (params) =>
    `${cannotListen(params)} 이 컴퓨터에는 주소 ${params.host}이(가) 없습니다. --host 없이, 또는 있는 주소로 시작하세요.`,
  "start/no-such-address/desktop": (params) =>
    `${cannotListen(params)} 이 컴퓨터에는 주소 ${params.host}이(가) 없습니다. ${WITHOUT_FLAG}`,
  "start/no-ipv6": (params) => `${cannotListen(params)} ${NO_IPV6} --host 없이 시작하세요.`,
  "start/no-ipv6/desktop": (params) => `${cannotListen(params)} ${NO_IPV6} ${WITHOUT_FLAG}`,
  "start/port-privileged": (params) =>
    `${cannotListen(params)} 여기서 ${params.below}보다 작은 포트는 root만 쓸 수 있습니다. 더 큰 포트를 지정하세요.`,
  "start/port-privileged/desktop": (params) =>
    `${cannotListen(params)} 여기서 ${params.below}보다 작은 포트는 root만 쓸 수 있습니다. ${WITHOUT_FLAG}`,
  "start/port-failed": (params) => `${cannotListen(params)} ${params.reason}.`,

  "start/failed": ({ reason }) => reason,

  "desktop/hub-ended": ({ code, lastError }) =>
    `허브가 코드 ${code}(으)로 끝났습니다${lastError === "" ? "." : `: ${lastError}`}`,
  "desktop/hub-killed": ({ signal, lastError }) =>
    `허브가 ${signal}(으)로 종료되었습니다${lastError === "" ? "." : `: ${lastError}`}`,
  "desktop/hub-not-started": ({ reason }) => `허브를 시작하지 못했습니다: ${reason}`,
  "desktop/hub-starting": () => "허브를 시작하는 중…",
  "desktop/hub-cannot-run": ({ reason }) => `허브를 실행할 수 없습니다. ${reason}`,
};
