// The page to try the API. What each operation does is in the hub's own description, in English as programs are.
import { withParticles } from "../../../shared/messages/ko/format.ts";
import type { apiDocs as en } from "../en/api-docs.ts";

export const apiDocs: typeof en = {
  about: (header) =>
    `로그인한 브라우저는 다른 것이 필요 없습니다. 프로그램은 ${header} 형태로 토큰을 보냅니다. 작업 설명은 영어로 되어 있습니다.`,
  version: (version) => `버전 ${version}`,
  find: "찾기",
  token: "토큰(이 브라우저가 아닌 다른 권한으로 요청할 때)",
  nothing: (filter) => withParticles(`경로나 설명에 “${filter}”이(가) 있는 작업이 없습니다.`),
  more: "기타",
  noAnswer: "허브가 응답하지 않습니다. 허브가 실행되면 페이지를 새로 고치세요.",
  body: "본문",
  curl: "이 요청을 curl 명령으로",
  sending: "보내는 중…",
  send: (method) => `${method} 보내기`,
  required: "(필수)",
  oneALine: ", 한 줄에 하나",
  noBody: "본문 없음",
  isCut: "응답이 더 깁니다. 여기서는 잘렸으며, curl 명령으로는 전부 받을 수 있습니다.",
  openToAll: "네트워크의 누구나 쓸 수 있습니다.",
  needsRole: (role) => `${role} 역할이 필요합니다.`,
};
