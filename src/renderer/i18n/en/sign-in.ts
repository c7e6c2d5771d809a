// The page for a browser that is not signed in.

export const signIn = {
  title: "Sign in",
  refusedShare: "It was revoked, or has expired. Ask for a new one, or sign in.",
  orLink: "Or open the link that the hub printed when it started. It looks like this:",
  aboutLink: "A link works once, within ten minutes. For a new one, restart the hub:",
  heading: {
    link: "This link was used before or is too old",
    share: "This link shows nothing any more",
    none: "You are not signed in",
  },
  name: "Name",
  password: "Password",
  tooMany: "There were too many wrong attempts from your address.",
  tryAgainIn: (seconds: number) => `Try again in ${seconds} s`,
  signIn: "Sign in",
};
