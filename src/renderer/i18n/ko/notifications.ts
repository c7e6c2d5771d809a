// What the desktop app tells people while nobody looks at its window, in Korean.
import type { notifications as en } from "../en/notifications.ts";

export const notifications: typeof en = {
  title: "알림",
  about: "이 창을 보고 있지 않을 때 알려 드립니다. 여러 기기의 소식은 하나로 묶습니다.",
  kinds: {
    joining: "기기가 참여하려고 할 때",
    offline: "기기가 오프라인이 될 때",
    silent: "센서에서 측정값이 오지 않을 때",
    failed: "명령, 전원, 허브에 문제가 생길 때",
  },
  quiet: "방해 금지 시간",
  quietAbout: "이 시간에 생긴 일은 끝날 때까지 해결되지 않으면 그때 알려 드립니다.",
  from: "시작",
  to: "끝",
  notKept: "저장하지 못했습니다.",
};
