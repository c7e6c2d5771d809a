// A move of the hub's data into a database server, or back, in Korean.
import type { move as english } from "../../en/storage/move.ts";

export const move: typeof english = {
  "start/move-unreadable": ({ path, reason }) =>
    `${path}에는 측정값이 어느 데이터베이스에 있는지 적혀 있는데, 읽을 수 없습니다: ${reason}. 파일을 고치거나 폴더 백업에서 복원하세요.`,
  "start/moved-elsewhere": ({ folder, kept, named }) =>
    `${folder}의 데이터는 ${kept}(으)로 옮겨졌지만 --store는 ${named}을(를) 가리킵니다. --store를 빼거나 --data로 다른 폴더를 지정하세요.`,

  "move-refused": ({ reason }) => reason,
  "move/running": () => "데이터를 이미 옮기고 있거나 옮겼습니다. bramble move로 진행 상황을 볼 수 있습니다.",
  "move/none": () => "옮기고 있는 데이터가 없습니다.",
  "move/on-server": () => "허브가 이미 데이터베이스 서버에서 데이터를 읽고 있습니다.",
  "move/on-file": () => "허브가 이미 데이터 폴더의 파일에서 데이터를 읽고 있습니다.",
  "move/no-restart": () =>
    "전환하려면 허브가 다시 시작해야 하는데, 이 허브는 스스로 다시 시작할 수 없습니다. bramble serve로 시작하세요.",
  "move/another-hub": () =>
    "이 데이터베이스에는 다른 허브의 데이터가 있습니다. 이 허브만 쓰는 데이터베이스를 만들어 지정하세요.",
  "move/not-equal": () => "두 데이터베이스의 내용이 아직 같지 않습니다. 다시 비교합니다.",
  "move/spool": () => "데이터베이스 서버로 갈 측정값이 아직 이 컴퓨터에 남아 있습니다. 먼저 서버에 저장되어야 합니다.",
  "move/workers": () =>
    "워커(bramble work)가 데이터베이스 서버에 측정값을 저장하고 있어 이쪽에서 빠지게 됩니다. 먼저 워커를 종료하세요.",
  "move/away": () => "다른 데이터베이스에 연결할 수 없습니다. 빠진 내용은 다시 연결되면 복사합니다.",
  "move/wrong-password": () =>
    "데이터베이스 서버에 이 사용자와 비밀번호로 로그인할 수 없습니다. 이전 비밀번호로 되돌리거나, 이동을 끝내고 새 비밀번호로 다시 시작하세요. 데이터는 사라지지 않습니다.",
  "move/failed": ({ reason }) => `다시 시도합니다: ${reason}`,
  "move/more-there": () =>
    "서버의 데이터베이스에 이 허브보다 측정값이 더 많습니다. 이 허브에 없는 측정값은 서버에서 지워집니다.",
  "move/little-room": () => "서버 디스크의 남은 공간이 측정값이 차지할 공간보다 작습니다.",
};
