// Starts the window's page: signs in where a link asks for it, then hands over to React.
// The shared styles come first: what a component says of itself has the last word.
import "./styles/tokens.css";
import "./styles/base.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { LiveFeed } from "./api/live.ts";
import { createQueryClient } from "./api/queries.ts";
import { reloadOnPastedLink, signInFromAddress } from "./api/session.ts";
import { LiveContext } from "./api/use-live.ts";
import { App } from "./app.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

reloadOnPastedLink();
const isLinkTaken = await signInFromAddress();
const queries = createQueryClient();
const live = new LiveFeed(queries);

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LiveContext value={live}>
        <App isLinkRefused={!isLinkTaken} />
      </LiveContext>
    </QueryClientProvider>
  </StrictMode>,
);
