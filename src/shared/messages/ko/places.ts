// Why a hub does not start where it would lose or spoil what it stores, in Korean.
import type { places as en } from "../en/places.ts";

export const places: typeof en = {
  "place/network-file-system": ({ folder, fileSystem }) =>
    `데이터 폴더 ${folder}이(가) 네트워크 파일 시스템 ${fileSystem}에 있습니다. 그곳에서는 SQLite의 잠금이 지켜지지 않아 데이터베이스가 손상됩니다. 이 컴퓨터 디스크의 폴더를 --data로 지정하고, 네트워크에는 “bramble backup”으로 백업하세요.`,
  "place/no-volume": ({ folder }) =>
    `이 컨테이너에는 ${folder} 볼륨이 없어서, 저장한 것이 컨테이너와 함께 사라집니다. --volume bramble-data:${folder}(으)로 시작하거나 compose 파일에 볼륨을 넣으세요. BRAMBLE_CONTAINER=no이면 그대로 시작합니다.`,
  "place/foreign-volume": ({ folder, user }) =>
    `이 컨테이너의 사용자는 ${folder}에 마운트된 폴더에 쓸 수 없고, 허브는 소유자를 바꾸지 않습니다. 컨테이너를 시작하는 컴퓨터에서 그 폴더를 이 사용자에게 넘기세요: sudo chown -R ${user} 뒤에 그 컴퓨터에서의 폴더 이름.`,
  "place/clock-behind": ({ nowMs, lastMs }) =>
    `이 컴퓨터의 시계는 ${new Date(nowMs).toISOString()}인데 마지막 메시지는 ${new Date(lastMs).toISOString()}에 왔습니다. 이대로는 측정값의 시각이 틀립니다. 시계를 맞추세요(Linux: timedatectl set-ntp true). 예전 시각이 틀렸던 것이라면 --trust-clock으로 한 번 시작하세요.`,
};
