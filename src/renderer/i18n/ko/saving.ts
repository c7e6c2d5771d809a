// How the saving of an export goes, in the desktop app.
import type { saving as en } from "../en/saving.ts";

export const saving: typeof en = {
  region: "내보내기 저장",
  saving: (file) => `${file} 저장하는 중…`,
  waiting: "허브를 기다리는 중",
  soFar: (bytes) => `지금까지 ${bytes}`,
  savedTo: (path) => `${path}에 저장했습니다`,
  notSaved: (why) => `저장하지 못했습니다: ${why}`,
};
