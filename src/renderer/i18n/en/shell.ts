// The frame of every page: navigation and signing out.

export const shell = {
  pages: "Pages",
  overview: "Overview",
  devices: "devices",
  doctor: "Is something wrong?",
  access: "Access",
  signOut: "Sign out",
  language: "Language",
  languageOfSystem: "Language of the system",
};
