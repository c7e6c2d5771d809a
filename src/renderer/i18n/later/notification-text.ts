// The texts about notifications of the desktop app: they load with its settings.
import { notifications as en } from "../en/notifications.ts";
import { notifications as ko } from "../ko/notifications.ts";
import { language } from "../language.ts";

export const notificationText: typeof en = { en, ko }[language];
