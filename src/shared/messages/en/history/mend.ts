// Messages about mends: corrections of stored readings.

export const mend = {
  "bad-request/least-above-greatest": ({
    least,
    greatest,
  }: {
    readonly field: string;
    readonly least: number;
    readonly greatest: number;
  }) => `The least value, ${least}, is above the greatest, ${greatest}.`,
  "too-many-mends": ({ device, limit }: { readonly device: string; readonly limit: number }) =>
    `${device} has ${limit} mends already. Undo one, or mend a longer stretch with one.`,
  "no-such-mend": (_: { readonly mend: string }) => "There is no such mend: it may have been undone already.",
};
