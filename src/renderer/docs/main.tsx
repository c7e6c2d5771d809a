// Entry of the page to try the API, which the hub serves at /api/docs.
import "../styles/fonts.css";
import "../styles/tokens.css";
import "../styles/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { language } from "../i18n/language.ts";
import { apiDocsText } from "../i18n/later/api-docs-text.ts";
import { followTheme } from "../styles/theme.ts";
import { readDescription } from "./api-description.ts";
import { ApiDocs } from "./api-docs.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error("api-docs.html has no #root");

document.documentElement.lang = language;
followTheme();
try {
  const api = await readDescription();
  createRoot(root).render(
    <StrictMode>
      <ApiDocs api={api} />
    </StrictMode>,
  );
} catch (error) {
  root.textContent = apiDocsText.noAnswer;
  throw error;
}
