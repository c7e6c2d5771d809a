// The frame around every page, and which page it is.
import { useEffect } from "react";
import { isSignedOut } from "./api/client.ts";
import { useHub } from "./api/queries.ts";
import { useLive } from "./api/use-live.ts";
import styles from "./app.module.css";
import { AddDevice } from "./pages/add-device/add-device.tsx";
import { DevicePage } from "./pages/device/device-page.tsx";
import { DoctorPage } from "./pages/doctor/doctor-page.tsx";
import { EditDevice } from "./pages/edit-device/edit-device.tsx";
import { Overview } from "./pages/overview/overview.tsx";
import { SignIn } from "./pages/sign-in/sign-in.tsx";
import { HubBanner } from "./ui/hub-banner.tsx";
import { HubStatus } from "./ui/hub-status.tsx";
import { Navigation } from "./ui/navigation.tsx";
import { type Route, useRoute } from "./ui/use-route.ts";

export function App({ isLinkRefused }: { readonly isLinkRefused: boolean }) {
  const hub = useHub();
  return isSignedOut(hub.error) ? <SignIn isLinkRefused={isLinkRefused} /> : <Shell />;
}

function Shell() {
  const live = useLive();
  const route = useRoute();

  useEffect(() => {
    const ending = new AbortController();
    void live.run(ending.signal);
    return () => ending.abort();
  }, [live]);

  return (
    <div className={styles["shell"]}>
      <Navigation route={route} />
      <main>
        <HubBanner />
        <Page route={route} />
      </main>
      <HubStatus />
    </div>
  );
}

function Page({ route }: { readonly route: Route }) {
  switch (route.kind) {
    case "device":
      return <DevicePage key={route.id} id={route.id} />;
    case "edit":
      return <EditDevice key={route.id} id={route.id} />;
    case "add":
      return <AddDevice />;
    case "doctor":
      return <DoctorPage />;
    case "overview":
    case "unknown":
      return <Overview />;
  }
}
