// The file by which desktops of Linux start the app at login, after the Desktop Entry Specification.

/** The text of the file. An entry whose program was taken away (TryExec) does nothing. */
export function loginEntry(program: string, args: readonly string[]): string {
  const command = [program, ...args].map(quoted).join(" ");
  const lines = [
    "[Desktop Entry]",
    "Type=Application",
    "Name=Bramble",
    `Exec=${escaped(command)}`,
    `TryExec=${escaped(program)}`,
    "Terminal=false",
  ];
  return `${lines.join("\n")}\n`;
}

/** An argument in `Exec`: in quotes, and with a percent sign doubled, which would begin a field code such as %f. */
function quoted(argument: string): string {
  return `"${argument.replaceAll(/["`$\\]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/** Of the type string: its escapes are read before the quotes of `Exec`. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
}
