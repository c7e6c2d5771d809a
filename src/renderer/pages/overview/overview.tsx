// All devices at a glance: those that need attention first, then by room or tag; above them the requests to join and the filters,
// below them refused messages and blocked devices.
import { Plus } from "lucide-react";
import { type ReactNode, Suspense, useLayoutEffect, useRef, useState } from "react";
import type { Device } from "../../../shared/device.ts";
import { useAttention } from "../../api/devices/use-attention.ts";
import { useStored } from "../../api/local-storage/stored.ts";
import { useMay, useMe } from "../../api/me.ts";
import { useDevices, usePendingDevices } from "../../api/queries.ts";
import { text } from "../../i18n/text.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { lazyPage } from "../../shell/lazy-page.ts";
import { overviewLayout } from "../../shell/overview-layout.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { LINKS } from "../../shell/use-route.ts";
import { WhenIdle } from "../../shell/when-idle.tsx";
import { useSteady } from "../../ui/hooks/use-steady.ts";
import { arrange } from "./arrange/arrange.ts";
import { setFilters, useFilters } from "./arrange/filters.ts";
import { Toolbar } from "./arrange/toolbar.tsx";
import { DeviceGroups } from "./device-groups.tsx";
import styles from "./overview.module.css";

// What is not always there is loaded when it is.
const JoinRequests = lazyPage(async () => (await import("../../device/joining/join-requests.tsx")).JoinRequests);
const Wall = lazyPage(async () => (await import("./wall.tsx")).Wall);
const OverviewTail = lazyPage(async () => (await import("./overview-tail.tsx")).OverviewTail);
const SeveralDevices = lazyPage(async () => (await import("./several/several-devices.tsx")).SeveralDevices);

interface Props {
  /** What a hub without devices shows instead. */
  readonly whileEmpty: ReactNode;
  /** Shown to administrators below the devices. */
  readonly foot: ReactNode;
}

export function Overview({ whileEmpty, foot }: Props) {
  const devices = useDevices();
  const [isAdmin, mayCommand] = [useMay("admin"), useMay("operator")];
  const me = useMe();
  const { isWall } = useFilters();
  // A layout effect: elements outside of the wall would be visible for a moment.
  useLayoutEffect(() => {
    if (!isWall) return;
    const { dataset } = document.documentElement;
    dataset["wall"] = "";
    return () => {
      delete dataset["wall"];
    };
  }, [isWall]);
  const isPending = devices.isPending || me.isPending;
  // Until it is known who looks, and at how many, the heading would be without its buttons, and cards without their controls: both
  // would grow.
  if (isPending && !isWall) return <CardSkeletons />;
  if (devices.data?.length === 0 && !isPending) {
    if (!isAdmin) return <NoDevices />;
    return (
      <>
        {whileEmpty}
        <Tail foot={null} />
      </>
    );
  }
  const failure = devices.isLoadingError && <Failure title={text.overview.notLoaded} of={devices} />;
  if (isWall) {
    return (
      <Suspense fallback={null}>
        <Wall>
          {failure}
          {isPending && failure === false && <CardSkeletons />}
          {devices.data && !isPending && <Devices devices={devices.data} />}
        </Wall>
      </Suspense>
    );
  }
  return (
    <>
      <PageHeader title={text.shell.overview}>
        {mayCommand && devices.data && devices.data.length > 1 && <Several />}
        {isAdmin && (
          <a className="button primary" href={LINKS.add}>
            <Plus className="icon" aria-hidden="true" />
            {text.overview.addDevice}
          </a>
        )}
      </PageHeader>
      {failure}
      {devices.data && <Content devices={devices.data} isAdmin={isAdmin} />}
      {devices.data && <Tail foot={foot} />}
    </>
  );
}

interface ContentProps {
  readonly devices: readonly Device[];
  readonly isAdmin: boolean;
}

/** The devices, and above them those that already request to join; both appear together. */
function Content({ devices, isAdmin }: ContentProps) {
  const { data: pending = [] } = usePendingDevices();
  const [hadRequests] = useState(pending.length > 0);
  return (
    <>
      <Suspense fallback={<CardSkeletons />}>
        {isAdmin && hadRequests && <JoinRequests />}
        <Toolbar devices={devices} />
        <Devices devices={devices} />
      </Suspense>
      {isAdmin && !hadRequests && (
        <WhenIdle>
          <Suspense fallback={null}>
            <JoinRequests />
          </Suspense>
        </WhenIdle>
      )}
    </>
  );
}

function Tail({ foot }: { readonly foot: ReactNode }) {
  return (
    <WhenIdle>
      <Suspense fallback={null}>
        <OverviewTail foot={foot} />
      </Suspense>
    </WhenIdle>
  );
}

function Several() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {text.overview.several}
      </button>
      {isOpen && (
        <Suspense fallback={null}>
          <SeveralDevices onClosed={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** For a person without the right to add devices. */
function NoDevices() {
  return (
    <>
      <PageHeader title={text.shell.overview} />
      <p>{text.overview.nothingToSee}</p>
    </>
  );
}

function Devices({ devices }: { readonly devices: readonly Device[] }) {
  const region = useRef<HTMLDivElement>(null);
  const filters = useFilters();
  const layout = useStored(overviewLayout);
  const reasonsOf = useAttention(devices);
  const groups = arrange(devices, (device) => reasonsOf(device).length > 0, filters, layout);
  // Changes by the person show immediately; others wait until no press is imminent.
  const asked = JSON.stringify([filters, layout]);
  const steady = useSteady({ asked, groups }, asked + JSON.stringify(groups), region);
  const shown = steady.asked === asked ? steady.groups : groups;
  return (
    <div ref={region} className={styles["devices"]}>
      <DeviceGroups groups={shown} devices={devices} reasonsOf={reasonsOf} layout={layout} />
      {groups.length === 0 && (
        <p className={styles["nothing"]} role="status">
          {text.overview.nothingFits}{" "}
          <button
            type="button"
            className="button small"
            onClick={() => setFilters({ ...filters, query: "", room: "", tag: "", state: "" })}
          >
            {text.overview.showAll}
          </button>
        </p>
      )}
    </div>
  );
}

function CardSkeletons() {
  return (
    <div className={styles["skeletons"]} role="status" aria-label={text.overview.loading}>
      <div className="skeleton" />
      <div className="skeleton" />
      <div className="skeleton" />
    </div>
  );
}
