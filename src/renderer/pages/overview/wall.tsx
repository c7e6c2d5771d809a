// The overview for a projector or a screen on the wall: nothing but the devices, all in one sight and as large as they can be then.
import { Minimize2 } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { text } from "../../i18n/text.ts";
import { PageTitle } from "../../shell/page-header.tsx";
import { setFilters, useFilters } from "./arrange/filters.ts";
import { useWallSize } from "./use-wall-size.ts";
import styles from "./wall.module.css";

export function Wall({ children }: { readonly children: ReactNode }) {
  const content = useRef<HTMLDivElement>(null);
  const filters = useFilters();
  useEffect(
    () => () => {
      if (document.fullscreenElement !== null) void document.exitFullscreen();
    },
    [],
  );
  useWallSize(content);
  useEffect(() => {
    const leave = () => setFilters({ ...filters, isWall: false });
    // Escape ends the full screen without a key event.
    const onFullscreen = () => document.fullscreenElement === null && leave();
    const onKey = ({ key }: KeyboardEvent) =>
      key === "Escape" && document.querySelector("dialog[open]") === null && leave();
    document.addEventListener("fullscreenchange", onFullscreen);
    window.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("fullscreenchange", onFullscreen);
      window.removeEventListener("keydown", onKey);
    };
  }, [filters]);
  return (
    <>
      <PageTitle title={text.shell.overview} />
      <h1 className="unseen" tabIndex={-1}>
        {text.shell.overview}
      </h1>
      <div ref={content}>{children}</div>
      <button
        type="button"
        className={`button small ${styles["leave"]}`}
        onClick={() => setFilters({ ...filters, isWall: false })}
      >
        <Minimize2 className="icon" aria-hidden="true" />
        {text.overview.leaveWall}
      </button>
    </>
  );
}
