// Backups, in Korean.
import type { backups as en } from "../../en/storage/backups.ts";

export const backups: typeof en = {
  "no-such-backup": ({ name }) => `${name}(이)라는 백업이 없습니다.`,
  "backup-running": () => "백업을 만들거나 복원하는 중입니다. 끝날 때까지 기다려 주세요.",
  "no-backup-files": () =>
    "이 허브는 데이터를 데이터베이스 서버에 보관합니다. 그 서버의 백업을 쓰세요. 허브는 따로 만들지 않습니다.",
  "bad-value/backup-folder": ({ value }) =>
    `“${value}”은(는) 백업 폴더로 쓸 수 없습니다. 허브가 쓸 수 있는 폴더의 전체 경로를 적어 주세요.`,

  "backup/failed": ({ reason }) => `백업을 만들지 못했습니다: ${reason}`,
  "backup/no-room": ({ path, needed, free }) =>
    `사본에 ${needed}이(가) 필요한데 ${path}에는 ${free}만 남아 있습니다. 공간을 비우거나 다른 폴더를 고르세요.`,
  "backup/damaged": ({ count, first }) => `검사에서 손상 ${count}건을 찾았습니다. 첫 번째: ${first}`,
  "backup/problem": ({ problem }) => problem,
  "restore/failed": ({ name, reason }) => `${name}을(를) 복원하지 못했습니다: ${reason}`,
  "restore/damaged": () => "손상된 백업입니다. 다른 백업을 고르세요.",
  "restore/encrypted": ({ command }) =>
    `암호화되어 있는데 이 허브에 암호가 지정되어 있지 않습니다. 허브를 멈추고 실행하세요: ${command}`,

  "backups/title": () => "백업",
  "backups/fine": ({ when }) => `마지막 백업을 ${when}에 만들고 검증했습니다.`,
  "backups-failed/title": () => "마지막 백업이 실패했습니다",
  "backups-damaged/title": () => "마지막 백업에 손상이 있습니다",
  "backups-damaged/remedy": () =>
    "데이터베이스 자체의 손상입니다. `bramble check`로 어떤 측정값인지 확인하고, 필요하면 이전 백업을 복원하세요.",
  "backups-old/title": () => "최근 백업이 없습니다",
  "backups-old/message": ({ days }) => `온전한 마지막 백업이 ${days}일 전 것입니다.`,
  "backups-failed/remedy": () => "설정의 “저장 공간”에서 백업 폴더를 확인하고 그곳에서 하나 만들어 보세요.",
};
