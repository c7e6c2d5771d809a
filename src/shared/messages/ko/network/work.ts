// Workers, in Korean.
import type { work as en } from "../../en/network/work.ts";

const megabytes = (bytes: number) => Math.ceil(bytes / 1024 / 1024).toLocaleString("ko");

export const work: typeof en = {
  "spool/title": () => "데이터베이스 서버",
  "spool/empty": () => "수신을 확인해 준 측정값이 모두 데이터베이스 서버에 있습니다.",
  "spool/waiting": ({ readings, sinceMs, bytes, maxBytes }) =>
    `${new Date(sinceMs).toISOString()}부터 받은 측정값 ${readings.toLocaleString("ko")}개를 데이터베이스 서버로 보낼 때까지 이 컴퓨터에 보관합니다(${megabytes(bytes)}/${megabytes(maxBytes)} MB). 차트와 내보내기에는 아직 나오지 않습니다.`,
  "spool/full": ({ readings, maxBytes }) =>
    `데이터베이스 서버에 연결할 수 없고, 이 컴퓨터에 보관할 수 있는 ${megabytes(maxBytes)} MB가 측정값 ${readings.toLocaleString("ko")}개로 가득 찼습니다. 서버가 돌아올 때까지 아무것도 확인해 주지 않습니다. 서버를 다시 시작하거나, --spool을 더 크게 하여 허브를 시작해 주세요.`,

  "work/no-broker": () => "bramble work는 외부 브로커에서 측정값을 받습니다. --broker mqtt://host로 알려 주세요.",
  "work/no-store": () =>
    "bramble work는 허브의 데이터베이스 서버에 저장합니다. --store postgres://user:password@host/database로 알려 주세요.",
  "work/moved": () =>
    "이 데이터베이스의 데이터를 옮기는 중이거나 허브가 다른 곳에서 데이터를 읽고 있습니다. 허브가 여기에서 읽을 때까지 이 워커는 아무것도 받지 않습니다.",
  "work/not-shared": () => "아직 허브가 모든 측정값을 받고 있습니다. 허브가 나누어 주면 이 워커가 시작합니다.",
  "work/no-place": () => "이 데이터베이스에서 이미 워커 64개가 실행 중입니다. 하나가 끝날 때까지 기다립니다.",
};
