// The Pi's header: what each of its 40 pins is, by its number.

export type PinKind = "3v3" | "5v" | "ground" | "gpio";

export interface HeaderPin {
  readonly number: number;
  readonly kind: PinKind;
  /** The GPIO (BCM) number; null of power and ground. */
  readonly gpio: number | null;
  readonly name: string;
}

const NAMES = [
  ...["3.3 V", "5 V", "GPIO2 SDA", "5 V", "GPIO3 SCL", "GND", "GPIO4", "GPIO14", "GND", "GPIO15"],
  ...["GPIO17", "GPIO18", "GPIO27", "GND", "GPIO22", "GPIO23", "3.3 V", "GPIO24", "GPIO10 MOSI", "GND"],
  ...["GPIO9 MISO", "GPIO25", "GPIO11 SCLK", "GPIO8 CE0", "GND", "GPIO7 CE1", "GPIO0", "GPIO1", "GPIO5", "GND"],
  ...["GPIO6", "GPIO12", "GPIO13", "GND", "GPIO19", "GPIO16", "GPIO26", "GPIO20", "GND", "GPIO21"],
];

const KINDS: Readonly<Record<string, PinKind>> = { "3.3 V": "3v3", "5 V": "5v", GND: "ground" };

/** Pin 1 first. */
export const HEADER: readonly HeaderPin[] = NAMES.map((name, index) => {
  const gpio = /^GPIO(\d+)/.exec(name)?.[1];
  return { number: index + 1, name, kind: KINDS[name] ?? "gpio", gpio: gpio === undefined ? null : Number(gpio) };
});

export function headerPin(number: number): HeaderPin | undefined {
  return HEADER[number - 1];
}
