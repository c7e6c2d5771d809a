// Why the database could not be opened, with advice that loses nothing. What SQLite says arrives from the writer's thread
// as text alone.

/** Sentences for a person. `reason` is what SQLite, or the migration, said. */
export function openFailure(path: string, reason: string): string {
  return `The database ${path} cannot be opened: ${reason}. ${remedyFor(reason)}`;
}

function remedyFor(reason: string): string {
  if (/\bfull\b|ENOSPC/i.test(reason)) return "Make room on its disk.";
  if (/not a database|malformed/i.test(reason))
    return "Put a backup in its place with bramble restore FILE, which keeps it beside; or name another folder with --data.";
  if (/newer/i.test(reason)) return "Start the newer version, or name another folder with --data.";
  if (/readonly|read-only|unable to open|disk I\/O|permission/i.test(reason))
    return "Are its disk and its folder in order, and may this user write there? Or name another folder with --data.";
  return "Name another folder with --data to go on without it.";
}
