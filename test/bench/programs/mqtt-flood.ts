// As many messages of QoS 1 as the broker takes.
import { Type } from "typebox";
import { FleetOptions, FloodFleet } from "./flood-fleet.ts";
import { readOptions, report } from "./program.ts";
import { growthPerSecond, Window } from "./window.ts";

const options = readOptions(Type.Object({ ...FleetOptions.properties, window: Window }));

const fleet = await FloodFleet.open(options, 4);
fleet.start();
const perSecond = await growthPerSecond(options.window, () => fleet.counted);
await fleet.stop();
report({ perSecond, acknowledged: fleet.acknowledged });
process.exit();
