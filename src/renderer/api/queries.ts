// The queries of the pages. The live feed updates their cached answers.
import { queryOptions, useQuery } from "@tanstack/react-query";
import type {
  Chart,
  CommandList,
  DeviceList,
  HubInfo,
  Installer,
  ReadingsPage,
  RefusedList,
} from "../../shared/api.ts";
import type { Command, CommandRequest } from "../../shared/controls/command.ts";
import type { Device, DeviceChanges, JoiningState } from "../../shared/device.ts";
import type { DiagnosticReport } from "../../shared/doctor.ts";
import type { ViewSeries } from "../../shared/history/saved-view.ts";
import { byName } from "../i18n/names.ts";
import { apiUrl, LONG_REQUEST_TIMEOUT_MS, patch, post, request } from "./client.ts";
import { hubNowMs } from "./feed/hub-clock.ts";
import { sentCommands } from "./feed/sent-commands.ts";
import { countUse } from "./local-storage/control-use.ts";
import { SLOW } from "./slow.ts";

/** Readings may be dated ahead, where a device's clock is fast or this computer's is slow. */
const MAX_DEVICE_CLOCK_LEAD_MS = 7 * 24 * 3_600_000;

const CHECKS_PERIOD_MS = 5 * 60_000;

export const QUERY_KEYS = {
  hub: ["hub"],
  me: ["me"],
  devices: ["devices"],
  refused: ["refused"],
  timeline: ["timeline"],
  views: ["views"],
  commands: (device: string) => ["commands", device],
} as const;

export function useHub() {
  return useQuery({
    queryKey: QUERY_KEYS.hub,
    queryFn: ({ signal }) => request<HubInfo>(apiUrl("hub"), { signal }),
    refetchInterval: 60_000,
  });
}

/** The installer with the links that a Pi uses to reach the hub at `address`. */
export function useInstaller(address: string) {
  return useQuery({
    queryKey: ["installer", address],
    queryFn: ({ signal }) => request<Installer>(apiUrl("installer", { address }), { signal }),
  });
}

function useDeviceList<Selected>(select: (list: DeviceList) => Selected) {
  return useQuery({
    queryKey: QUERY_KEYS.devices,
    queryFn: ({ signal }) => request<DeviceList>(apiUrl("devices"), { signal }),
    select,
  });
}

const ofState = ({ devices }: DeviceList, state: JoiningState) => devices.filter(({ joining }) => joining === state);
/** Without devices that are being removed: their notice has the undo. */
const approved = (list: DeviceList) => byName(ofState(list, "approved").filter(({ removal }) => removal === undefined));
const going = ({ devices }: DeviceList) => byName(devices.filter(({ removal }) => removal !== undefined));
const blocked = (list: DeviceList) => byName(ofState(list, "blocked"));
/** Oldest first, so that a new one does not move those that a person may be about to press. */
const pending = (list: DeviceList) =>
  ofState(list, "waiting").sort((a, b) => a.firstSeenMs - b.firstSeenMs || (a.id < b.id ? -1 : 1));

/** The devices that have joined. */
export const useDevices = () => useDeviceList(approved);
export const usePendingDevices = () => useDeviceList(pending);
export const useBlockedDevices = () => useDeviceList(blocked);
/** Those that were deleted, while that can still be taken back. */
export const useGoingDevices = () => useDeviceList(going);

/** Null where there is no such device. */
export const useDevice = (id: string) =>
  useDeviceList(({ devices }) => devices.find((device) => device.id === id) ?? null);

/** A device's commands, newest first. */
export function useCommands(device: string) {
  return useQuery({
    queryKey: QUERY_KEYS.commands(device),
    queryFn: ({ signal }) => request<CommandList>(apiUrl(`devices/${encodeURIComponent(device)}/commands`), { signal }),
    select: ({ commands }) => commands,
  });
}

export function sendCommand(device: string, command: CommandRequest): Promise<Command> {
  countUse(device, command.control);
  return sentCommands.send(() => post<Command>(apiUrl(`devices/${encodeURIComponent(device)}/commands`), command));
}

/** Updates no cache: the live feed sends the changed device. */
export function changeDevice(id: string, changes: DeviceChanges): Promise<Device> {
  return patch<Device>(apiUrl(`devices/${encodeURIComponent(id)}`), changes);
}

/** Of a device with more, readings are counted only where somebody asks for it. */
export const MAX_COUNTED_METRICS = 20;

/** How many readings of the device are stored; undefined until they are counted. */
export function useReadingCount({ id, metrics }: Device, options: CountOptions = { enabled: true }) {
  const series = metrics.map(({ name }) => ({ device: id, metric: name }));
  return useCountOf(series, {}, options);
}

interface CountOptions {
  readonly enabled: boolean;
  readonly meta?: typeof SLOW;
}

/** How many readings of these series there are, `from` and `to` in milliseconds UTC; all of them without. */
export function useCountOf(
  series: readonly ViewSeries[],
  { from = "0", to }: { readonly from?: string; readonly to?: string },
  options: CountOptions,
) {
  return useQuery({
    queryKey: ["reading-count", series, from, to],
    queryFn: async ({ signal }) => {
      const range = { from, to: to ?? hubNowMs() + MAX_DEVICE_CLOCK_LEAD_MS, points: 1 };
      const counts = series.map(async ({ device, metric }) => {
        const url = apiUrl(`devices/${encodeURIComponent(device)}/readings`, { metric, ...range });
        const { buckets } = await request<Chart>(url, { signal });
        return buckets.reduce((sum, { n }) => sum + n, 0);
      });
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },
    ...options,
    gcTime: 0,
  });
}

/** When the first reading of these devices was taken, in milliseconds UTC; null where they have none. */
export function useFirstReading(devices: readonly string[], enabled: boolean) {
  return useQuery({
    queryKey: ["first-reading", devices],
    queryFn: async ({ signal }) => {
      const query = { device: devices, order: "oldest", limit: 1 };
      const { readings } = await request<ReadingsPage>(apiUrl("readings", query), { signal });
      return readings[0]?.ts ?? null;
    },
    enabled,
    // An import may bring older ones.
    staleTime: 0,
    gcTime: 0,
  });
}

export function useRefused() {
  return useQuery({
    queryKey: QUERY_KEYS.refused,
    queryFn: ({ signal }) => request<RefusedList>(apiUrl("refused"), { signal }),
    select: ({ refused }) => refused,
  });
}

const diagnosticReport = queryOptions({
  queryKey: ["doctor"],
  queryFn: ({ signal }) => request<DiagnosticReport>(apiUrl("doctor"), { signal, timeoutMs: LONG_REQUEST_TIMEOUT_MS }),
  refetchOnWindowFocus: false,
  gcTime: 0,
  meta: SLOW,
});

/** Runs the hub's checks: on mount, and on each refetch. */
export function useDiagnosticReport() {
  return useQuery({ ...diagnosticReport, refetchOnMount: "always" });
}

/** Problems that the doctor's checks found, refetched every few minutes while `enabled`. */
export function useWrongChecks(enabled: boolean) {
  return useQuery({
    ...diagnosticReport,
    select: ({ checks }) => checks.filter(({ state }) => state === "wrong"),
    refetchInterval: CHECKS_PERIOD_MS,
    enabled,
  });
}

/** The part of a series that a chart shows: `spanMs` until `toMs`, or until now without it, in at most `points` buckets. */
export interface ChartWindow {
  readonly device: string;
  readonly metric: string;
  readonly spanMs: number;
  readonly points: number;
  readonly toMs?: number | undefined;
}

/** Live readings extend the response, so it is refetched only after the live connection was lost. */
export function useChart(window: ChartWindow, enabled = true) {
  const { device, metric, spanMs, points, toMs } = window;
  return useQuery({
    queryKey: ["chart", window],
    queryFn: ({ signal }) => {
      const to = toMs ?? hubNowMs();
      const query = { metric, from: to - spanMs, to, points };
      return request<Chart>(apiUrl(`devices/${encodeURIComponent(device)}/readings`, query), { signal });
    },
    enabled,
    refetchOnMount: "always",
    refetchOnWindowFocus: "always",
    gcTime: 0,
  });
}

const MONTH_MS = 30 * 24 * 3_600_000;
const MONTH_POINTS = 500;

/** A past range, without live readings: fetched once. */
export function useLastMonth(device: string, metric: string, enabled: boolean) {
  return useQuery({
    queryKey: ["last-month", device, metric],
    queryFn: ({ signal }) => {
      const to = hubNowMs();
      const query = { metric, from: to - MONTH_MS, to, points: MONTH_POINTS };
      return request<Chart>(apiUrl(`devices/${encodeURIComponent(device)}/readings`, query), { signal });
    },
    enabled,
    refetchOnWindowFocus: false,
  });
}
