// A sentence with flags of the command line, each on one line: a browser breaks a line behind every hyphen.

/** As it stands at the odd places of what it splits. */
const FLAG = /(--[a-z]+(?:-[a-z]+)*)/;

export function WithFlags({ sentence }: { readonly sentence: string }) {
  return sentence.split(FLAG).map((part, place) =>
    place % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a flag may stand there twice, and its place does not change.
      <span key={place} className="flag">
        {part}
      </span>
    ),
  );
}
