// Workers, in Korean.
import type { work as en } from "../en/work.ts";

export const work: typeof en = {
  "work/no-broker": () => "bramble work는 외부 브로커에서 측정값을 받습니다. --broker mqtt://host로 알려 주세요.",
  "work/no-store": () =>
    "bramble work는 허브의 데이터베이스 서버에 저장합니다. --store postgres://user:password@host/database로 알려 주세요.",
  "work/no-place": () => "이 데이터베이스에서 이미 워커 64개가 실행 중입니다. 하나가 끝날 때까지 기다립니다.",
};
