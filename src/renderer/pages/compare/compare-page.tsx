// Series of any devices over one another, in the address or as a named view.
import { MAX_SERIES_PER_VIEW, type SavedView, type ViewSeries } from "../../../shared/history/saved-view.ts";
import { useViews } from "../../api/history/views.ts";
import { useMay, useSeesAll } from "../../api/me.ts";
import { useDevices } from "../../api/queries.ts";
import { TimeControls } from "../../charts/view/time-controls.tsx";
import { useTimeView } from "../../charts/view/use-time-view.ts";
import { pageText } from "../../i18n/page-text.ts";
import { text } from "../../i18n/text.ts";
import { ShareButton } from "../../share/share-button.tsx";
import { SharedUntil } from "../../share/shared-until.tsx";
import { Failure } from "../../shell/failures/failure.tsx";
import { Loading } from "../../shell/loading.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import { AddSeries } from "./add-series.tsx";
import { CompareChartPanel } from "./compare-chart-panel.tsx";
import styles from "./compare-page.module.css";
import { keyOf, seriesOf } from "./compared-series.ts";
import { useComparedSeries } from "./use-compared-series.ts";
import { ViewActions } from "./view-actions.tsx";

/** `viewId`: a named view; null for one in the address alone. */
export function ComparePage({ viewId }: { readonly viewId: string | null }) {
  const views = useViews();
  if (viewId === null) return <Comparison saved={null} />;
  if (views.isLoadingError)
    return (
      <>
        <PageHeader title={pageText.compare.title} />
        <Failure title={pageText.compare.notLoaded} of={views} />
      </>
    );
  if (views.data === undefined) return <Loading />;
  const saved = views.data.find(({ id }) => id === viewId);
  return saved === undefined ? <PageHeader title={pageText.compare.noSuchView} /> : <Comparison saved={saved} />;
}

function Comparison({ saved }: { readonly saved: SavedView | null }) {
  const view = useTimeView("24h", { wanted: saved?.range });
  const [chosen, setChosen] = useComparedSeries(saved?.series ?? []);
  const list = useDevices();
  const { data: devices = [] } = list;
  const [mayCommand, seesAll] = [useMay("operator"), useSeesAll()];
  const isAdmin = useMay("admin");

  const known = chosen.flatMap((series) => {
    const device = devices.find(({ id }) => id === series.device);
    const metric = device?.metrics.find(({ name }) => name === series.metric);
    return device === undefined || metric === undefined ? [] : [{ device, metric }];
  });
  function compare(series: readonly ViewSeries[]) {
    setChosen(series);
    const period = view.period.get();
    // Those may reach back further.
    if (period.kind === "last" && period.name === "all") view.showAll();
  }
  const missing = list.isSuccess
    ? chosen
        .map(keyOf)
        .filter((key) => !known.some(({ device, metric }) => keyOf({ device: device.id, metric: metric.name }) === key))
    : [];
  const drop = (key: string) => compare(chosen.filter((series) => keyOf(series) !== key));
  return (
    <>
      <PageHeader
        title={saved?.name ?? pageText.compare.title}
        state={
          <span className="note">
            <SharedUntil />
          </span>
        }
      >
        {isAdmin && saved !== null && <ShareButton subject={{ name: saved.name, view: saved.id }} />}
        {/* A named view is everybody's, and may be of devices of any room. */}
        {mayCommand && seesAll && chosen.length > 0 && <ViewActions saved={saved} series={chosen} view={view} />}
      </PageHeader>
      <div className={styles["page"]}>
        <div className={styles["bar"]}>
          <TimeControls view={view} devices={known.map(({ device }) => device.id)} />
          <AddSeries
            devices={devices}
            chosen={new Set(chosen.map(keyOf))}
            isFull={chosen.length >= MAX_SERIES_PER_VIEW}
            onAdd={(key) => compare([...chosen, ...seriesOf(`?${new URLSearchParams({ series: key })}`)])}
          />
        </div>
        {list.isLoadingError ? (
          <Failure title={text.overview.notLoaded} of={list} />
        ) : known.length > 0 ? (
          <CompareChartPanel title={saved?.name ?? pageText.compare.title} lines={known} view={view} onRemove={drop} />
        ) : (
          missing.length === 0 && (
            <p className={`panel ${styles["empty"]}`}>{list.isSuccess && pageText.compare.empty}</p>
          )
        )}
        {missing.map((key) => (
          <MissingSeries key={key} name={key.replace("/", " · ")} onRemove={() => drop(key)} />
        ))}
      </div>
    </>
  );
}

/** Its device was deleted, or never sent it. */
function MissingSeries({ name, onRemove }: { readonly name: string; readonly onRemove: () => void }) {
  return (
    <div className={`panel ${styles["missing"]}`}>
      <p>{pageText.compare.missing(name)}</p>
      <button type="button" className="button small" aria-label={pageText.compare.remove(name)} onClick={onRemove}>
        {text.words.remove}
      </button>
    </div>
  );
}
