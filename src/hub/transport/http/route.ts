// Every route is added here, with its permission beside its handler; unknown query parameters are refused. A route without a
// permission does not compile, and one that a plugin adds without one stops the start (RouteTable). Rates are limited for all routes
// alike, by address (access/limits/request-rate.ts).
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type {
  ContextConfigDefault,
  FastifyContextConfig,
  FastifyInstance,
  FastifySchema,
  FastifySchemaCompiler,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
  RouteGenericInterface,
  RouteHandlerMethod,
} from "fastify";
import { ApiError } from "../../../shared/api.ts";
import type { Permission } from "../../access/principal.ts";
import { sendProblem } from "./errors.ts";
import { refuseUnknownParameters } from "./query/query-check.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Without one the route is closed to all but administrators. */
    permission?: Permission;
    /** The action in the audit log. */
    readonly audit?: string | null;
    /** True where the answer leaves out devices that the principal may not see. */
    readonly showsSome?: boolean;
    /** True where unknown parameters are ignored. */
    readonly takesAnyQuery?: boolean;
  }
}

/** The schemas of error answers, the same for all routes. */
export const errors = { "4xx": ApiError, "5xx": ApiError };

export interface Route<Schema extends FastifySchema> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly permission: Permission;
  /** The action in the audit log, such as "device.remove"; null where the route changes nothing that a person decides. */
  readonly audit: string | null;
  /** True where the handler filters by `request.maySee`; other routes are refused to a principal with a scope of devices. */
  readonly showsSome?: true;
  readonly schema: Schema;
  readonly validatorCompiler?: FastifySchemaCompiler<NoInfer<Schema>>;
  readonly config?: Omit<FastifyContextConfig, "permission" | "audit">;
  readonly handler: RouteHandlerMethod<
    RawServerDefault,
    RawRequestDefaultExpression,
    RawReplyDefaultExpression,
    RouteGenericInterface,
    ContextConfigDefault,
    NoInfer<Schema>,
    TypeBoxTypeProvider
  >;
}

/** Adds a route to the server. */
export function route<const Schema extends FastifySchema>(app: FastifyInstance, added: Route<Schema>): void {
  const { permission, audit, showsSome = false, config, ...rest } = added;
  const checked =
    config?.takesAnyQuery === true ? {} : { onRequest: refuseUnknownParameters(rest.schema.querystring, sendProblem) };
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .route({ ...rest, ...checked, config: { ...config, permission, audit, showsSome } });
}

export interface RouteEntry {
  readonly method: string;
  readonly url: string;
  readonly permission: Permission;
  readonly showsSome: boolean;
}

/** All routes of a server, those of plugins and the HEAD of each GET among them. */
export class RouteTable {
  readonly #routes: {
    readonly method: string | readonly string[];
    readonly url: string;
    readonly config?: FastifyContextConfig;
  }[] = [];

  /** Call it before the routes are added. */
  watch(app: FastifyInstance): void {
    app.addHook("onRoute", (added) => {
      this.#routes.push(added);
    });
  }

  /** Throws where a route has no permission: that is a mistake in the program. */
  list(): RouteEntry[] {
    return this.#routes.flatMap(({ method, url, config }) => {
      const permission = config?.permission;
      if (permission === undefined) throw new Error(`the route ${url} has no permission`);
      return [method].flat().map((one) => ({ method: one, url, permission, showsSome: config?.showsSome === true }));
    });
  }
}
