// Imports of history: why a line of the file is refused, and why a file cannot be imported as it is understood.

type Value = { readonly value: string };
type Limit = { readonly limit: number };
type Device = { readonly device: string };

export const importing = {
  "import/line-too-long": ({ limit }: Limit) =>
    `The line has over ${limit.toLocaleString("en")} characters. Is a quotation mark not closed?`,
  "import/line-no-time": () => "It has no time.",
  "import/line-time": ({ value }: Value) => `“${value}” is no time in the form that was chosen.`,
  "import/line-day-order": ({ value }: Value) =>
    `“${value}” is no date in this order. Choose the other order of day and month.`,
  "import/line-before-2000": ({ value }: Value) => `“${value}” is before the year 2000.`,
  "import/line-future": ({ value }: Value) => `“${value}” is in the future. Is the time zone right?`,
  "import/line-skipped-hour": ({ value, zone }: Value & { readonly zone: string }) =>
    `There was no ${value} in ${zone}: the clocks were set forward over it. Is the time zone right?`,
  "import/line-no-device": () => "It names no device.",
  "import/line-device": ({ value }: Value) =>
    `“${value}” is no device id: 1 to 64 of A-Z a-z 0-9 _ - . :, and a letter or digit first.`,
  "import/line-metric": ({ value }: Value) =>
    `“${value}” is no name of a metric: 1 to 64 letters, digits, spaces and _ - . : % /.`,
  "import/line-value": ({ value, column }: Value & { readonly column: number }) =>
    `“${value}” in column ${column} is no number.`,
  "import/line-blocked": ({ device }: Device) => `${device} is blocked. Approve it first.`,
  "import/line-leaving": ({ device }: Device) => `${device} is being removed or merged. Import again in a moment.`,
  "import/line-many-devices": ({ limit }: Limit) =>
    `The hub has ${limit.toLocaleString("en")} devices, and takes no more.`,
  "import/line-many-metrics": ({ device, limit }: Device & Limit) =>
    `${device} has ${limit} metrics, and takes no more.`,

  "bad-import/no-rows": () => "There are no rows in the file. Is it a CSV file?",
  "bad-import/no-time": () => "No column is chosen as the time.",
  "bad-import/no-value": () => "No column is chosen as a value.",
  "bad-import/zone": ({ value }: Value) => `“${value}” is no time zone. Write it as in Europe/Berlin.`,
  "bad-import/device": ({ value }: Value) =>
    `“${value}” is no device id: 1 to 64 of A-Z a-z 0-9 _ - . :, and a letter or digit first.`,
  "import-running": ({ name }: { readonly name: string }) =>
    `Another import is running: ${name}. Cancel it, or wait until it is done.`,
  "import-running/piece": () => "A piece of this file is being imported. Try again once it is done.",
  "no-such-import": () => "There is no such import any more. It was cancelled, or the hub was started again.",
  "import-offset": ({ expected }: { readonly expected: number }) =>
    `This piece of the file does not follow the last one. The next one begins at byte ${expected}.`,
};
