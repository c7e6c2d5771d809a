// Links that share a device's page or a named comparison.
import { withParticles } from "../../../shared/messages/ko/format.ts";
import type { share as en } from "../en/share.ts";

export const share: typeof en = {
  share: "공유",
  title: (name) => `${name} 공유`,
  showsDevice: "링크를 가진 사람은 이 기기의 페이지만 볼 수 있고, 아무것도 바꿀 수 없습니다.",
  showsView:
    "링크를 가진 사람은 이 비교 보기와 여기에 나오는 기기의 모든 측정값을 볼 수 있고, 아무것도 바꿀 수 없습니다.",
  howLong: "링크 유효 기간",
  days: (count) => `${count}일`,
  openLinks: "열려 있는 링크",
  notLoaded: "열려 있는 링크를 불러오지 못했습니다.",
  close: "닫기",
  make: "링크 만들기",
  qrCode: "링크의 QR 코드",
  worksUntil: (until) => `${until}까지 쓸 수 있으며, 지금 한 번만 표시됩니다.`,
  link: "링크",
  until: (until) => `${until}까지`,
  madeBy: (who, when) => withParticles(`${when}에 ${who}이(가) 만듦`),
  sharedUntil: (when) => `${when}까지 공유됨`,
  revoke: "사용 중지",
  revokeUntil: (until) => `${until}까지 유효한 링크 사용 중지`,
};
