// The series of a comparison in the page's address: `?series=raspi-01/temperature&series=…`, beside the time that is shown.
import { MAX_SERIES_PER_VIEW, type ViewSeries } from "../../../shared/history/saved-view.ts";

export function seriesOf(hash: string): ViewSeries[] {
  const parameters = new URLSearchParams(hash.split("?")[1] ?? "");
  const named = parameters.getAll("series").flatMap((text) => {
    // A device id contains no slash.
    const slash = text.indexOf("/");
    return slash > 0 && slash < text.length - 1
      ? [{ device: text.slice(0, slash), metric: text.slice(slash + 1) }]
      : [];
  });
  return named.slice(0, MAX_SERIES_PER_VIEW);
}

export function withSeries(hash: string, series: readonly ViewSeries[]): string {
  const [path = "", query = ""] = hash.split("?");
  const parameters = new URLSearchParams(query);
  parameters.delete("series");
  for (const one of series) parameters.append("series", keyOf(one));
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

export const keyOf = ({ device, metric }: ViewSeries): string => `${device}/${metric}`;
