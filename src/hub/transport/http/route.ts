// How every route is added: with its permission beside its handler, and refusing parameters that it does not have. A route without a permission does not compile, and one
// that a plugin adds without one stops the start (RouteTable).
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
import type { Permission } from "../../access/principal.ts";
import { sendProblem } from "./errors.ts";
import { refuseUnknownParameters } from "./query/query-check.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Where there is none, the route is closed to all but administrators. */
    permission?: Permission;
    /** What the route changes, as the audit log calls it. */
    readonly audit?: string | null;
    /** True where what is answered leaves out devices that the one who asks may not see. */
    readonly showsSome?: boolean;
    /** True where parameters that the route does not have are passed over. */
    readonly takesAnyQuery?: boolean;
  }
}

export interface Route<Schema extends FastifySchema> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly permission: Permission;
  /** What the route changes, such as "device.remove"; null where it changes nothing that a person decides. */
  readonly audit: string | null;
  /** True where the handler leaves out devices that the one who asks may not see (`request.maySee`); others are refused. */
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
