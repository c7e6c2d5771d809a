// Asks a person whether a page may go that has not finished: the import of a file, which the page itself reads.
import { type BrowserWindow, dialog } from "electron";
import type { Language } from "../../shared/messages/language.ts";
import { message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";

const [STAY, LEAVE] = [0, 1];

/** Blocks until it is answered, as the page's process waits for it, too. */
export function confirmLeaving(window: BrowserWindow, language: Language): boolean {
  const answer = dialog.showMessageBoxSync(window, {
    type: "question",
    message: render(message("desktop/leave/what"), language, "desktop"),
    detail: render(message("desktop/leave/about"), language, "desktop"),
    buttons: [message("desktop/leave/stay"), message("desktop/leave/leave")].map((text) =>
      render(text, language, "desktop"),
    ),
    defaultId: STAY,
    cancelId: STAY,
  });
  return answer === LEAVE;
}
