// What the desktop app says itself, in Korean: in notifications, the tray, the menu and while it saves a file.
import type { notices as english } from "../en/notices.ts";

type Devices = { readonly some: readonly string[]; readonly others: number };

const many = ({ some, others }: Devices) => some.length + others;

export const notices: typeof english = {
  "desktop/notice/joining": (devices) => `기기 ${many(devices)}대가 참여하려고 합니다`,
  "desktop/notice/offline": (devices) => `기기 ${many(devices)}대가 오프라인입니다`,
  "desktop/notice/silent": (devices) => `기기 ${many(devices)}대의 센서에서 측정값이 오지 않습니다`,
  "desktop/notice/failed": (devices) => `기기 ${many(devices)}대에 문제가 생겼습니다`,
  "desktop/notice/who": ({ some, others }) => (others === 0 ? some.join(", ") : `${some.join(", ")} 외 ${others}대`),
  "desktop/notice/hub-failed": () => "허브가 멈췄습니다",
  "desktop/notice/lives-on": () => "Bramble은 계속 실행 중입니다",
  "desktop/notice/lives-on-in-tray": () =>
    "허브가 계속 측정값을 받고 있습니다. 트레이 아이콘에서 창을 열거나 종료할 수 있습니다.",
  "desktop/notice/lives-on-without-tray": () =>
    "허브가 계속 측정값을 받고 있습니다. 창을 열려면 Bramble을 다시 시작하세요.",
  "desktop/tray/open": () => "Bramble 열기",
  "desktop/tray/quit": () => "종료하고 허브 중지",
  "desktop/tray/attention": ({ count }) => (count === 0 ? "Bramble" : `Bramble: 기기 ${count}대를 확인하세요`),
  "desktop/tray/hub-down": () => "Bramble: 허브가 실행 중이 아닙니다",
  "desktop/leave/what": () => "이 창에서 파일을 가져오고 있습니다.",
  "desktop/leave/about": () => "페이지를 떠나면 가져오기가 끝납니다. 그때까지 저장한 것은 남습니다.",
  "desktop/leave/stay": () => "계속 가져오기",
  "desktop/leave/leave": () => "가져오기 끝내기",
  "desktop/menu/file": () => "파일",
  "desktop/menu/edit": () => "편집",
  "desktop/menu/view": () => "보기",
  "desktop/menu/window": () => "창",
  "desktop/menu/undo": () => "실행 취소",
  "desktop/menu/redo": () => "다시 실행",
  "desktop/menu/cut": () => "잘라내기",
  "desktop/menu/copy": () => "복사",
  "desktop/menu/paste": () => "붙여넣기",
  "desktop/menu/delete": () => "삭제",
  "desktop/menu/selectAll": () => "모두 선택",
  "desktop/menu/reload": () => "새로 고침",
  "desktop/menu/toggleDevTools": () => "개발자 도구",
  "desktop/menu/resetZoom": () => "실제 크기",
  "desktop/menu/zoomIn": () => "확대",
  "desktop/menu/zoomOut": () => "축소",
  "desktop/menu/togglefullscreen": () => "전체 화면",
  "desktop/menu/minimize": () => "최소화",
  "desktop/menu/close": () => "닫기",
  "desktop/menu/about": () => "Bramble 정보",
  "desktop/menu/settings": () => "설정…",
  "desktop/menu/services": () => "서비스",
  "desktop/menu/hide": () => "Bramble 숨기기",
  "desktop/menu/hideOthers": () => "기타 숨기기",
  "desktop/menu/unhide": () => "모두 보기",
  "desktop/menu/quit": () => "Bramble 종료",
  "desktop/save/title": () => "측정값 저장",
  "desktop/save/file-title": () => "파일 저장",
  "desktop/save/no-hub": () => "지금은 허브가 실행 중이 아닙니다.",
  "desktop/save/busy": () => "다른 내보내기를 저장하고 있습니다. 끝날 때까지 기다리거나 취소하세요.",
  "desktop/save/hub-stopped": () => "보내는 도중에 허브가 멈췄습니다. 다시 시도하세요.",
  "desktop/save/takes-none": ({ folder }) => `${folder} 폴더에는 새 파일을 만들 수 없습니다. 다른 폴더에 저장하세요.`,
  "desktop/save/folder-gone": ({ folder }) => `${folder} 폴더가 더 이상 없습니다. 다른 폴더에 저장하세요.`,
  "desktop/save/full": ({ folder }) => `${folder}의 디스크가 가득 찼습니다. 공간을 비우거나 다른 디스크에 저장하세요.`,
  "desktop/save/quota": ({ folder }) =>
    `${folder}의 디스크에서 쓸 수 있는 용량을 다 썼습니다. 공간을 비우거나 다른 디스크에 저장하세요.`,
  "desktop/save/too-large": ({ folder }) =>
    `${folder}의 디스크에는 이렇게 큰 파일을 저장할 수 없습니다. 더 짧은 기간을 내보내거나 다른 디스크에 저장하세요.`,
  "desktop/save/forbidden": ({ folder }) => `${folder} 폴더에 쓸 권한이 없습니다. 다른 폴더에 저장하세요.`,
  "desktop/save/read-only": ({ folder }) => `${folder}의 디스크는 읽기 전용입니다. 다른 폴더에 저장하세요.`,
  "desktop/save/is-folder": ({ path }) => `${path}은(는) 폴더입니다. 다른 이름으로 저장하세요.`,
  "desktop/save/open-elsewhere": ({ name }) =>
    `${name} 파일이 다른 프로그램에서 열려 있습니다. 거기서 닫거나 다른 이름으로 저장하세요.`,
  "desktop/save/name-too-long": ({ name, folder }) =>
    `이름 ${name}은(는) ${folder}의 디스크에 너무 깁니다. 더 짧은 이름으로 저장하세요.`,
  "desktop/save/disk-gone": ({ folder }) =>
    `${folder}의 디스크가 응답하지 않습니다. 아직 연결되어 있나요? 다른 폴더에 저장하세요.`,
  "desktop/save/failed": ({ folder, reason }) => `${folder} 폴더에 쓰지 못했습니다(${reason}). 다른 폴더에 저장하세요.`,
};
