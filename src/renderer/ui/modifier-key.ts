// The key that commands are pressed with.

/** On a Mac, iPhone or iPad the command key. */
export const isCommandKey: boolean = /^(?:Mac|iP)/.test(navigator.platform);
