// Entry of the page: signs in if the address is a sign-in link, then renders the app.
// Shared styles are imported first, so that a component's own rules override them.
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { LiveFeed } from "./api/feed/live.ts";
import { LiveContext } from "./api/feed/use-live.ts";
import { createQueryClient } from "./api/query-client.ts";
import { reloadOnPastedLink, signInFromAddress } from "./api/session.ts";
import { App } from "./app.tsx";
import { language } from "./i18n/language.ts";
import { Loading } from "./shell/loading.tsx";
import { followTheme } from "./styles/theme.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

document.documentElement.lang = language;
followTheme();
reloadOnPastedLink();
const page = createRoot(root);
const failedLink = await signInFromAddress(() => page.render(<Loading />));
const queries = createQueryClient();
const live = new LiveFeed(queries);

page.render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LiveContext value={live}>
        <App failedLink={failedLink} />
      </LiveContext>
    </QueryClientProvider>
  </StrictMode>,
);
