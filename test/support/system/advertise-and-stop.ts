// Advertises a hub on the networks of this machine, and is stopped while its ports change. Prints each name that it is given, and
// when it has stopped; ends once it has nothing left to do.
import { pino } from "pino";
import { systemClock } from "../../../src/hub/clock.ts";
import { Advertiser } from "../../../src/hub/discovery/advertiser.ts";

const advertised = { hubId: "hub", httpPort: 8080, mqttPort: 1883, basePath: "" };
const named = Promise.withResolvers<void>();
const advertiser = new Advertiser({
  ...advertised,
  host: "::",
  clock: systemClock,
  log: pino({ enabled: false }),
  onName: (name) => {
    console.log(name);
    named.resolve();
  },
});
advertiser.start();
await named.promise;
await Promise.all([advertiser.advertise({ ...advertised, httpsPort: 8443 }), advertiser.stop()]);
console.log("stopped");
