// The page for a browser that is not signed in.
import type { signIn as en } from "../en/sign-in.ts";

export const signIn: typeof en = {
  title: "로그인",
  refusedShare: "링크가 취소되었거나 만료되었습니다. 새 링크를 요청하거나 로그인하세요.",
  orLink: "또는 허브가 시작할 때 출력한 링크를 열거나 여기에 붙여 넣으세요",
  openLink: "링크 열기",
  noLink: "로그인 링크가 아닙니다. 링크에는 #link=가 들어 있습니다.",
  aboutLink:
    "링크는 10분 안에 한 번만 사용할 수 있습니다. 새 링크가 필요하면 로그인한 창의 설정에서 “코드 만들기”를 누르거나 허브를 다시 시작하세요:",
  forgotten: "비밀번호를 잊었다면 링크로 로그인한 뒤 “접근 권한”의 “사용자”에서 새로 정하세요.",
  heading: {
    link: "이미 사용했거나 오래된 링크입니다",
    share: "이 링크로는 더 이상 볼 수 없습니다",
    untried: "아직 링크를 확인하지 못했습니다",
    none: "로그인하지 않았습니다",
    ended: "세션이 끝났습니다",
  },
  ended: "다시 로그인하면 페이지가 그대로 있습니다.",
  untried: (reason) => `${reason} 링크는 아직 쓸 수 있을지도 모릅니다.`,
  name: "이름",
  password: "비밀번호",
  tooMany: "이 주소에서 잘못된 시도가 너무 많았습니다.",
  tryAgainIn: (seconds) => `${seconds}초 후 다시 시도`,
  signIn: "로그인",
};
