// Notes for the person at the hub, in Korean.
import type { notes as english } from "../en/notes.ts";

export const notes: typeof english = {
  "note/port-moved": ({ protocol, wanted, port }) =>
    `${protocol} 포트 ${wanted}을(를) 다른 프로그램이 쓰고 있어 이 허브는 ${port}을(를) 사용합니다. 기기에 알려 주어야 합니다.`,
  "note/name-taken": ({ wanted, name }) =>
    `다른 컴퓨터의 이름이 ${wanted}이어서 이 허브는 ${name}입니다. 기기에 알려 주어야 합니다.`,
};
