// Rules of retention as a person sends them.
import type { RetentionRule } from "../../shared/api.ts";
import type { Problem } from "../../shared/errors.ts";
import { parseDeviceId, parseMetricName } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";

/** Answers what is wrong where a rule names no device or metric that there may be, or two are about the same. */
export function parseRules(rules: readonly RetentionRule[]): RetentionRule[] | Problem {
  const parsed: RetentionRule[] = [];
  for (const [index, { device, metric, keepDays }] of rules.entries()) {
    const field = `rules[${index}]`;
    const deviceId = device === undefined ? undefined : parseDeviceId(device);
    const metricName = metric === undefined ? undefined : parseMetricName(metric);
    if (device !== undefined && deviceId === undefined)
      return message("bad-device-id/request", { field: `${field}.device`, value: device.slice(0, 80) });
    if (metric !== undefined && metricName === undefined)
      return message("bad-metric/request", { field: `${field}.metric`, value: metric.slice(0, 80) });
    if (parsed.some((rule) => rule.device === deviceId && rule.metric === metricName))
      return message("bad-request/duplicate-rule", { field });
    parsed.push({
      ...(deviceId === undefined ? {} : { device: deviceId }),
      ...(metricName === undefined ? {} : { metric: metricName }),
      keepDays,
    });
  }
  return parsed;
}
