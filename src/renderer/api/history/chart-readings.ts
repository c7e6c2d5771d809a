// The readings behind a chart's buckets, which do not tell enough of two states.
import { useQuery } from "@tanstack/react-query";
import type { Chart, ReadingsPage } from "../../../shared/api.ts";
import { apiUrl, request } from "../client.ts";

interface Stretch {
  readonly from?: number | undefined;
  readonly to: number | undefined;
}

/** Those in a chart's time, the newest first; `next` is null where they are not more than `limit`. None without a chart. */
export function useReadingsIn(chart: Chart | undefined, limit: number) {
  return useReadingsOf(chart, { from: chart?.from, to: chart?.to }, limit);
}

/** The last ones before a chart's time, the newest first. None without a chart. */
export function useReadingsBefore(chart: Chart | undefined, limit: number) {
  return useReadingsOf(chart, { to: chart?.from }, limit);
}

function useReadingsOf(chart: Chart | undefined, stretch: Stretch, limit: number) {
  const { device = "", metric = "" } = chart ?? {};
  const query = { device, metric, ...stretch, limit };
  return useQuery({
    // Corrected readings are fetched again as charts are.
    queryKey: ["chart", "readings", query],
    queryFn: ({ signal }) => request<ReadingsPage>(apiUrl("readings", query), { signal }),
    enabled: chart !== undefined,
    gcTime: 0,
  });
}
