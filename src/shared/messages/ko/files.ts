// Why a file or a folder cannot be used, in Korean.
import type { files as english } from "../en/files.ts";

const DISK_FULL = "공간을 확보하세요.";

export const files: typeof english = {
  "file/is-file": ({ path }) => `${path}: 폴더가 아니라 파일입니다.`,
  "file/is-folder": ({ path }) => `${path}: 파일이 아니라 폴더입니다.`,
  "file/read-only": ({ path }) => `${path}: 읽기 전용 디스크에 있습니다.`,
  "file/denied-own": ({ path }) => `${path}: 권한이 없습니다. 소유자이지만 모드가 접근을 막습니다.`,
  "file/denied-foreign": ({ path, user }) => `${path}: 권한이 없습니다. ${user}의 것입니다.`,
  "file/denied-another": ({ path }) => `${path}: 권한이 없습니다. 다른 사용자의 것입니다.`,
  "file/dead-link": ({ path, target }) => `${path}은(는) 없는 ${target}을(를) 가리키는 링크입니다.`,
  "file/missing": ({ path }) => `${path}이(가) 없습니다.`,

  "file/move-it": () => "다른 곳으로 옮기세요.",
  "file/make-writable": () => "디스크를 쓰기 가능하게 하거나 다른 디스크를 쓰세요.",
  "file/full-control": () => "속성에서 이 사용자에게 모든 권한을 주세요.",
  "file/run-as": ({ user }) => `${user}(으)로 실행하거나 자신의 폴더를 쓰세요.`,
  "file/own-folder": () => "자신의 폴더를 쓰세요.",
  "file/chown": ({ user, paths }) => `자신의 것으로 하려면: \`sudo chown ${user} ${paths}\`.`,
  "file/chmod": ({ mode, paths }) => `고치려면: \`chmod ${mode} ${paths}\`.`,
  "file/install": ({ user, paths }) => `폴더를 만들려면: \`sudo install -d -m 700 -o ${user} ${paths}\`.`,
  "file/mount-first": () => "먼저 마운트하거나 만드세요.",
  "file/no-remedy": () => "",

  "disk/full": ({ folder }) => `${folder}이(가) 있는 디스크가 가득 찼습니다. ${DISK_FULL}`,
  "disk/quota": ({ folder }) => `${folder}이(가) 있는 디스크에 이 사용자가 더 쓸 수 없습니다. ${DISK_FULL}`,
  "disk/read-only": ({ folder }) => `${folder}이(가) 읽기 전용 디스크에 있습니다.`,
  "disk/failed": ({ reason }) => `${reason}.`,
};
