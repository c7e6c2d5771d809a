// What a recipe is: how a common sensor or actuator is wired to a Pi, declared to the agent, and shown by the hub. Each is a file of
// data, in both languages; drawing it is the page's affair.
import type { Language } from "../../../../shared/messages/language.ts";

/** A sentence in every language of the window. */
export type LocalizedText = Readonly<Record<Language, string>>;

export type WireColour = "red" | "black" | "yellow" | "blue" | "green" | "orange" | "white" | "purple";

/** A board or component other than the Pi. */
export interface Part {
  /** The printed label, the same in every language. */
  readonly name: string;
  readonly pins: readonly string[];
  /** Parts that hang on other parts are drawn in the second column. */
  readonly column?: 1;
  /** Where in its column the first part is drawn, so that no wire crosses a part; in the middle without it. */
  readonly align?: "top" | "bottom";
}

export interface Wire {
  /** Number of a pin on the Pi's header, 1 to 40, or `Part.PIN`. */
  readonly from: number | string;
  /** `Part.PIN`. */
  readonly to: string;
  readonly colour: WireColour;
  /** What is in between, such as "4.7 kΩ". */
  readonly via?: string;
}

/** What the device's card will have: a value, or a control. */
export type Shown =
  | { readonly metric: string; readonly unit?: string; readonly example: string; readonly label?: string }
  | { readonly control: string; readonly kind: "switch" | "number"; readonly example: string; readonly label?: string };

export interface Recipe {
  /** Part of the page's address. */
  readonly id: string;
  readonly name: string;
  /** Other names that people search for. */
  readonly words: readonly string[];
  readonly measures: LocalizedText;
  readonly parts: readonly Part[];
  readonly wires: readonly Wire[];
  /** Lines for /boot/firmware/config.txt; the Pi is then started again. */
  readonly boot: readonly string[];
  /** For /etc/bramble-agent.toml. */
  readonly toml: string;
  readonly shows: readonly Shown[];
  readonly traps: readonly LocalizedText[];
}

export const I2C_BOOT = ["dtparam=i2c_arm=on"];
export const SPI_BOOT = ["dtparam=spi=on"];

/** The four wires of every board on the Pi's first I²C bus. */
export function i2cWires(part: string, power = "VCC"): Wire[] {
  return [
    { from: 1, to: `${part}.${power}`, colour: "red" },
    { from: 9, to: `${part}.GND`, colour: "black" },
    { from: 5, to: `${part}.SCL`, colour: "yellow" },
    { from: 3, to: `${part}.SDA`, colour: "blue" },
  ];
}

export const ENABLE_I2C: LocalizedText = {
  en: "I²C is off on a fresh Raspberry Pi OS: add the line above, or switch it on in raspi-config, and start the Pi again. “i2cdetect -y 1” then shows the board's address.",
  ko: "새로 설치한 Raspberry Pi OS에서는 I²C가 꺼져 있습니다. 위의 줄을 추가하거나 raspi-config에서 켠 뒤 파이를 다시 시작하세요. 그러면 “i2cdetect -y 1”에 보드의 주소가 나옵니다.",
};

export const ONLY_3V3: LocalizedText = {
  en: "Power it from 3.3 V: with 5 V some boards pull the data lines up to 5 V, and the Pi's pins take 3.3 V at most.",
  ko: "3.3 V로 전원을 주세요. 5 V를 주면 데이터 선을 5 V로 올리는 보드가 있는데, 파이의 핀은 3.3 V까지만 견딥니다.",
};
