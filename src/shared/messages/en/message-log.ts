// Publishing a message by hand, and trying a refused one again.

export const messageLog = {
  "bad-request/topic": (_: { readonly field: string }) =>
    "A topic to publish on has no wildcard (+ or #) in it, and no character that is not text.",
  "broker-away": () =>
    "The hub has no connection to its broker, so nothing was published. Try again once it is back: “Is something wrong?” says why it is away.",
  "no-such-refused": () =>
    "There is no such message on the list of refused ones: it was stored meanwhile, or it was too old.",
  "not-kept-whole": () =>
    "Only the beginning of this message was kept, so it cannot be tried again. Have its device send it once more.",
};
