// The file by which desktops of Linux start the app at login, after the Desktop Entry Specification.

/** The text of the file. An entry whose program was taken away (TryExec) does nothing. `folder` is what relative paths are of. */
export function loginEntry(program: string, args: readonly string[], folder: string | null): string {
  const command = [program, ...args].map(quoted).join(" ");
  const lines = [
    "[Desktop Entry]",
    "Type=Application",
    "Name=Bramble",
    `Exec=${escaped(command)}`,
    `TryExec=${escaped(program)}`,
    ...(folder === null ? [] : [`Path=${escaped(folder)}`]),
    "Terminal=false",
  ];
  return `${lines.join("\n")}\n`;
}

/** Desktops turn an entry off by a line of their own. */
export function isEntryOn(entry: string): boolean {
  return entry !== "" && !/^(?:Hidden=true|X-GNOME-Autostart-enabled=false)\s*$/m.test(entry);
}

/** The program that an entry of ours starts. */
export function programOf(entry: string): string {
  const [, program = ""] = /^TryExec=(.*)$/m.exec(entry) ?? [];
  return program.replaceAll(/\\(.)/g, (_, letter: string) => ESCAPES.get(letter) ?? letter);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["s", " "],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** An argument in `Exec`: in quotes, and with a percent sign doubled, which would begin a field code such as %f. */
function quoted(argument: string): string {
  return `"${argument.replaceAll(/["`$\\]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/** Of the type string: its escapes are read before the quotes of `Exec`. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
}
