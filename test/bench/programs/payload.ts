// What a Pi sends: two metrics, as JSON.

/** Of one length always, so that messages can be laid end to end. */
export function sensorPayload(): string {
  return `{"temperature":${between(10, 40)},"humidity":${between(30, 80)}}`;
}

/** As {@link sensorPayload}, with the device's name in it. */
export function namedPayload(device: string): string {
  return sensorPayload().replace("{", `{"device_id":"${device}",`);
}

/** Two digits before the point and one behind it. */
function between(low: number, high: number): string {
  return (Math.floor((low + Math.random() * (high - low)) * 10) / 10).toFixed(1);
}
