// The UI's files, as a browser gets them from a headless hub. They are open, since they hold no secret: the API authorises.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { route } from "./route.ts";

const DOCS_PAGE = "api-docs.html";

/** Serves `folder`; a hub that was built without a UI has its API alone. */
export function addUiFiles(app: FastifyInstance, folder: string): void {
  if (!existsSync(join(folder, "index.html"))) return;
  app.register(async (scope) => {
    scope.addHook("onRoute", (added) => {
      added.config = { ...added.config, permission: "open" };
    });
    await scope.register(fastifyStatic, {
      root: folder,
      // The build has compressed them.
      preCompressed: true,
      setHeaders: (reply, path) => {
        // Built files carry a hash in their names; the page that names them must always be fresh.
        reply.header("Cache-Control", path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  });
  if (existsSync(join(folder, DOCS_PAGE))) addDocsPage(app, readFileSync(join(folder, DOCS_PAGE), "utf8"));
}

/** The page to try the API. Its files lie one folder up from where it is served. */
function addDocsPage(app: FastifyInstance, html: string): void {
  const page = html.replaceAll('="./', '="../');
  route(app, {
    method: "GET",
    url: "/api/docs",
    permission: "open",
    audit: null,
    schema: { hide: true },
    handler: async (_request, reply) =>
      reply.header("Content-Type", "text/html; charset=utf-8").header("Cache-Control", "no-cache").send(page),
  });
}
