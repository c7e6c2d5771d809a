// better-sqlite3 ends the process without a message where Node lacks what it needs: print one first.

const NEEDED = [22, 14] as const;

/** Ends the process, with a message, where Node is too old. Call it before the store is imported. */
export function checkNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  console.error(
    `Bramble needs Node ${NEEDED.join(".")} or newer; this is ${process.versions.node}. From a checkout, \`npm start\` and \`npm run bramble\` bring their own.`,
  );
  process.exit(1);
}
