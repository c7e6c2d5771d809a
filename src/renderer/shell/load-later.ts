// Loads a part of a page that the page does without until it is there: a hub that is away meanwhile is asked again, where an error
// would take the place of the page.
const RETRY_MS = 3_000;

export async function loadLater<Part>(load: () => Promise<Part>): Promise<Part> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
