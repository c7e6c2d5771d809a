// What columns are called by the programs that write such files, in several languages: Bramble itself, Home Assistant, InfluxDB,
// Grafana, ThingsBoard, and people.
import type { ColumnRole } from "../../../shared/history/import.ts";

/** The better names of a role come first. Compared without case, spaces, underscores and units. */
const TITLES: Readonly<Record<ColumnRole, string>> = {
  time: "time timestamp ts _time datetime dateandtime date/time lastchanged lastupdated createdat recordedat measuredat epoch unixtime utc zeit zeitstempel datum/zeit datumzeit uhrzeit 시각 일시 시간 측정시간 측정일시",
  date: "date day datum tag 날짜 일자",
  clock: "clock timeofday uhrzeit time zeit 시각 시간",
  device:
    "device deviceid devicename sensor sensorid sensorname station node nodeid host hostname entityname thing gerät geraet 장치 기기 센서",
  metric: "metric key _field field entityid variable parameter measurement type channel series messgröße 측정값 항목",
  value: "value _value state val reading wert messwert 값",
  unit: "unit units uom unitofmeasurement einheit 단위",
  skip: "result table _start _stop _measurement index row id no nr quality attributes comment 번호",
};

const ROLES = Object.entries(TITLES).map(([role, names]) => ({ role, names: names.split(" ") }));

/** How good a title of the role it is, 0 the best; null where it is none. */
export function rankOfTitle(title: string, role: ColumnRole): number | null {
  const plain = title.toLowerCase().replace(/\s*[[(].*$/, "");
  // InfluxDB's own column names are unambiguous.
  const name = plain.startsWith("_") ? plain : plain.replaceAll(/[\s_]+/g, "");
  const rank = ROLES.find((one) => one.role === role)?.names.indexOf(name) ?? -1;
  return rank < 0 ? null : rank;
}
