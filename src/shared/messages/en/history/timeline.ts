// Notes on the time axis.

export const timeline = {
  "too-many-annotations": ({ limit }: { readonly limit: number }) =>
    `There are ${limit} notes, the most there may be. Remove some first.`,
  "bad-request/annotation-ends-before": ({ field }: { readonly field: string }) =>
    `“${field}” must be after “time”: leave it out for a moment.`,
};
