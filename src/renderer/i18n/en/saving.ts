// How the saving of an export goes, in the desktop app.

export const saving = {
  region: "Saving the export",
  saving: (file: string) => `Saving ${file}…`,
  waiting: "waiting for the hub",
  soFar: (bytes: string) => `${bytes} so far`,
  savedTo: (path: string) => `Saved to ${path}`,
  notSaved: (why: string) => `Not saved: ${why}`,
};
