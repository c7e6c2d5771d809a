// The path of a request.

const MAX_QUOTED_CHARACTERS = 200;

/** A URL without its query. */
export function pathOf(url: string): string {
  return url.replace(/\?.*$/, "");
}

/** A path, shortened for a message. */
export function quotedPath(path: string): string {
  return path.slice(0, MAX_QUOTED_CHARACTERS);
}
