// glibc's malloc retains free memory between blocks in use: hundreds of megabytes after a flood. `malloc_trim` returns it to the
// system, and nothing in Node calls it. SQLite can: it accepts any function of a library as an extension's entry point, and calls
// it by name.
import Database from "better-sqlite3";

const C_LIBRARY = "libc.so.6";

/** Gives the pages that malloc has free back to the system; does nothing where the C library is another. Takes milliseconds. */
export function trimHeap(): void {
  if (process.platform !== "linux") return;
  const db = new Database(":memory:");
  try {
    // Its argument, a size that is to stay at the end of the heap, is an address here: the end of the heap stays. The
    // types do not know that an entry point may be named.
    Reflect.apply(db.loadExtension, db, [C_LIBRARY, "malloc_trim"]);
  } catch {
    // Answers 1, which is an error to SQLite, when it gave something back; musl has no such function.
  } finally {
    db.close();
  }
}
