// The recipe “dht22”: see ../recipe.ts for what its fields mean.
import type { Recipe } from "../recipe.ts";

export const dht22: Recipe = {
  id: "dht22",
  name: "DHT22 / DHT11",
  words: ["AM2302", "temperature", "humidity", "온도", "습도"],
  measures: {
    en: "Temperature and humidity of the air, every two seconds at most.",
    ko: "공기의 온도와 습도를 잽니다. 빨라도 2초에 한 번입니다.",
  },
  parts: [{ name: "DHT22", pins: ["VCC", "DATA", "GND"] }],
  wires: [
    { from: 1, to: "DHT22.VCC", colour: "red" },
    { from: 7, to: "DHT22.DATA", colour: "yellow" },
    { from: 9, to: "DHT22.GND", colour: "black" },
    { from: "DHT22.VCC", to: "DHT22.DATA", colour: "white", via: "10 kΩ" },
  ],
  boot: ["dtoverlay=dht11,gpiopin=4"],
  toml: `[inputs.air]
kind = "dht22"
interval = 30
`,
  shows: [
    { metric: "air.temperature", unit: "°C", example: "21.4" },
    { metric: "air.humidity", unit: "%", example: "48.2" },
  ],
  traps: [
    {
      en: "The bare sensor needs a resistor of 4.7 to 10 kΩ between VCC and DATA; the little board with three pins has it already.",
      ko: "센서만 있는 것은 VCC와 DATA 사이에 4.7~10 kΩ 저항이 필요합니다. 핀이 세 개인 작은 보드에는 이미 있습니다.",
    },
    {
      en: "Its timing needs the kernel: the overlay above reads it, for a DHT22 and a DHT11 alike. Another pin is another gpiopin.",
      ko: "타이밍이 까다로워 커널이 읽어야 합니다. 위의 오버레이가 DHT22와 DHT11을 모두 읽습니다. 다른 핀을 쓰면 gpiopin도 바꾸세요.",
    },
    {
      en: "Now and then a reading fails; the agent tries three times, and leaves a gap rather than a wrong value.",
      ko: "가끔 읽기에 실패합니다. 에이전트는 세 번 시도하고, 틀린 값 대신 빈칸을 남깁니다.",
    },
  ],
};
