// better-sqlite3 ends the process without a word where Node lacks what it needs. Say it in words first.

const NEEDED = [22, 14] as const;

/** Ends the process, in words, where Node is too old. Call it before anything that stores is imported. */
export function checkNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  console.error(
    `Bramble needs Node ${NEEDED.join(".")} or newer; this is ${process.versions.node}. From a checkout, \`npm start\` and \`npm run bramble\` bring their own.`,
  );
  process.exit(1);
}
