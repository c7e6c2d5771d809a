// The UI's files, as a browser gets them from a headless hub. They hold no secret: the API behind them does the asking.
import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

/** Serves `folder`; a hub that was built without a UI has its API alone. */
export function addUiFiles(app: FastifyInstance, folder: string): void {
  if (!existsSync(join(folder, "index.html"))) return;
  app.register(async (scope) => {
    scope.addHook("onRoute", (added) => {
      added.config = { ...added.config, permission: "open" };
    });
    await scope.register(fastifyStatic, {
      root: folder,
      setHeaders: (reply, path) => {
        // Built files carry a hash in their names; the page that names them must always be fresh.
        reply.header("Cache-Control", path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  });
}
