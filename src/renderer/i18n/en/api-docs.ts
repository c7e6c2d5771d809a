// The page to try the API. What each operation does is in the hub's own description, in English as programs are.

export const apiDocs = {
  about: (header: string) => `A browser that is signed in needs nothing else; a program sends a token as ${header}`,
  version: (version: string) => `version ${version}`,
  find: "Find",
  token: "Token, to act as another than this browser",
  nothing: (filter: string) => `Nothing has “${filter}” in its path or its words.`,
  more: "More",
  noAnswer: "The hub does not answer. Reload the page once it runs.",
  body: "Body",
  curl: "this request as a curl command",
  sending: "Sending…",
  send: (method: string) => `Send ${method}`,
  required: "(required)",
  oneALine: ", one a line",
  noBody: "no body",
  isCut: "The answer is longer. It was cut here; the curl line gets all of it.",
  openToAll: "Open to anyone on the network.",
  needsRole: (role: string) => `Needs the role ${role}.`,
};
