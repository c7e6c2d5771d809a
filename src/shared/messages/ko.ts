// Every sentence that the hub says to people, in Korean.
import type { en } from "./en.ts";

export const ko: Partial<typeof en> = {};
