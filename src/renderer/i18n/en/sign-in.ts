// The page for a browser that is not signed in.

export const signIn = {
  title: "Sign in",
  refusedShare: "It was revoked, or has expired. Ask for a new one, or sign in.",
  orLink: "Or open the link that the hub printed when it started, or paste it here",
  openLink: "Open the link",
  noLink: "That is not a sign-in link: it has #link= in it.",
  aboutLink:
    "A link works once, within ten minutes. For a new one press “Make a code” in the settings of a window that is signed in, or start the hub again:",
  forgotten: "If you forgot the password, sign in with a link and set a new one under Access, People.",
  heading: {
    link: "This link was used before or is too old",
    share: "This link shows nothing any more",
    untried: "The link could not be tried yet",
    none: "You are not signed in",
    ended: "Your session has ended",
  },
  ended: "Sign in again, and the page is as you left it.",
  untried: (reason: string) => `${reason} The link may still work.`,
  name: "Name",
  password: "Password",
  tooMany: "There were too many wrong attempts from your address.",
  tryAgainIn: (seconds: number) => `Try again in ${seconds} s`,
  signIn: "Sign in",
};
