// Entry of the page to try the API, which the hub serves at /api/docs.
import "../styles/tokens.css";
import "../styles/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { followTheme } from "../styles/theme.ts";
import { readDescription } from "./api-description.ts";
import { ApiDocs } from "./api-docs.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error("api-docs.html has no #root");

followTheme();
try {
  const api = await readDescription();
  createRoot(root).render(
    <StrictMode>
      <ApiDocs api={api} />
    </StrictMode>,
  );
} catch (error) {
  root.textContent = "The hub does not answer. Reload the page once it runs.";
  throw error;
}
