// Why the hub cannot run, for the window. The hub’s own messages advise a user of the command line; what cannot be done from
// the window is put as what can.

const FOR_THE_DESKTOP: readonly (readonly [RegExp, string])[] = [
  [/ See bramble serve --help\./g, " Start Bramble without that flag, or with a right one."],
  [/End it, or name another port\./g, "End that program, then try again."],
  [/,? or start with --(?:http|mqtt)-port\b[^.]*\./g, ", then try again."],
  [/Stop it first, or name another folder with --data\./g, "Stop that hub, then try again."],
  [/Move it away or name another folder with --data\./g, "Move it to another place, then try again."],
  [/,? or name another(?: folder)? with --data\./gi, ", then try again."],
  [/Name another(?: folder)? with --data\./g, "Mend that, then try again."],
  [/\brestart the hub: bramble serve\b/g, "quit Bramble and start it again"],
];

export function forTheDesktop(message: string): string {
  return FOR_THE_DESKTOP.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), message);
}
