// All recipes, by what they are about.
import { bme280 } from "./climate/bme280.ts";
import { bmp280 } from "./climate/bmp280.ts";
import { dht22 } from "./climate/dht22.ts";
import { ds18b20 } from "./climate/ds18b20.ts";
import { scd41 } from "./climate/scd41.ts";
import { sht31 } from "./climate/sht31.ts";
import { ads1115 } from "./electric/ads1115.ts";
import { ina219 } from "./electric/ina219.ts";
import { mcp3008 } from "./electric/mcp3008.ts";
import { led } from "./outputs/led.ts";
import { machine } from "./outputs/machine.ts";
import { relay } from "./outputs/relay.ts";
import { servo } from "./outputs/servo.ts";
import { bh1750 } from "./presence/bh1750.ts";
import { hcSr04 } from "./presence/hc-sr04.ts";
import { pir } from "./presence/pir.ts";
import { reed } from "./presence/reed.ts";
import type { Recipe } from "./recipe.ts";

export type RecipeGroup = "climate" | "presence" | "electric" | "outputs";

export const RECIPES: Readonly<Record<RecipeGroup, readonly Recipe[]>> = {
  climate: [bme280, dht22, ds18b20, sht31, bmp280, scd41],
  presence: [pir, reed, hcSr04, bh1750],
  electric: [mcp3008, ads1115, ina219],
  outputs: [relay, led, servo, machine],
};
