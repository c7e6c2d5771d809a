// What of the log is shown, in the page's address: `#/log?device=kitchen&verdict=refused`. So a device's page leads to its
// messages, and the way back from there finds the filter again.
import {
  LOG_TRANSPORTS,
  LOG_VERDICTS,
  type LogFilter,
  MAX_FILTER_CHARACTERS,
} from "../../../../shared/mqtt/message-log.ts";

const NAMES = ["text", "device", "verdict", "transport"] as const;

/** Invalid parameters are ignored. */
export function filterIn(hash: string): LogFilter {
  const parameters = new URLSearchParams(hash.split("?")[1] ?? "");
  const [text, device] = [parameters.get("text"), parameters.get("device")];
  const verdict = LOG_VERDICTS.find((one) => one === parameters.get("verdict"));
  const transport = LOG_TRANSPORTS.find((one) => one === parameters.get("transport"));
  return {
    ...(text && { text: text.slice(0, MAX_FILTER_CHARACTERS) }),
    ...(device && { device }),
    ...(verdict !== undefined && { verdict }),
    ...(transport !== undefined && { transport }),
  };
}

/** The address of the same page with this filter. */
export function withFilter(hash: string, filter: LogFilter): string {
  const [path = ""] = hash.split("?");
  const parameters = new URLSearchParams();
  for (const name of NAMES) if (filter[name]) parameters.append(name, filter[name]);
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}
