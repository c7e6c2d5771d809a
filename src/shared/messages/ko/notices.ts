// What the desktop app tells people while nobody looks at its window, in Korean.
import type { notices as english } from "../en/notices.ts";

type Devices = { readonly some: readonly string[]; readonly others: number };

const many = ({ some, others }: Devices) => some.length + others;

export const notices: typeof english = {
  "desktop/notice/joining": (devices) => `기기 ${many(devices)}대가 참여하려고 합니다`,
  "desktop/notice/offline": (devices) => `기기 ${many(devices)}대가 오프라인입니다`,
  "desktop/notice/silent": (devices) => `기기 ${many(devices)}대의 센서가 조용합니다`,
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
};
