// Signing in and out, who is signed in, and the tickets that open the live feed.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { LiveTicket } from "../../../../../shared/api.ts";
import { message } from "../../../../../shared/messages/message.ts";
import {
  Me,
  PasswordChange,
  SessionAnswer,
  SessionList,
  SessionRequest,
  SignInLink,
} from "../../../../../shared/security/access.ts";
import { OWNER } from "../../../../../shared/security/roles.ts";
import type { Access } from "../../../../access/access.ts";
import { SESSION_LIFE_MS, type SessionSubject } from "../../../../access/accounts/sessions.ts";
import { sessionCookie } from "../../../../access/credentials.ts";
import { plainAddress } from "../../../../access/networks.ts";
import { decide, nameOf, type Principal } from "../../../../access/principal.ts";
import { refuseCredential } from "../../access-check.ts";
import { acceptNoBody, exactBody } from "../../body/exact-body.ts";
import { sendProblem } from "../../errors.ts";
import { errors, route } from "../../route.ts";

const IdParams = Type.Object({ id: Type.String() });

export interface SessionRouteOptions {
  readonly access: Access;
  readonly httpPort: () => number;
  /** Empty where there is none. */
  readonly basePath: string;
}

export function addSessionRoutes(app: FastifyInstance, options: SessionRouteOptions): void {
  addSignInRoute(app, options);
  app.register(async (scope) => {
    acceptNoBody(scope);
    addSignOutRoute(scope, options);
    addLinkRoute(scope, options);
    addSessionListRoutes(scope, options);
    addOwnAccountRoutes(scope, options);
    addLiveTicketRoute(scope, options);
  });
}

function addSignInRoute(app: FastifyInstance, { access, basePath }: SessionRouteOptions): void {
  const { sessions, people, shares, links, lockOut } = access;

  const signIn = async (request: FastifyRequest, reply: FastifyReply, subject: SessionSubject, role: Me["role"]) => {
    const address = plainAddress(request.ip);
    const token = await sessions.create(subject, role, { address, userAgent: request.headers["user-agent"] ?? "" });
    const signedIn = await sessions.find(token, address);
    if (typeof signedIn !== "string") request.principal = signedIn;
    const { isSecure } = request.client;
    const maxAgeSeconds = SESSION_LIFE_MS / 1_000;
    reply.header("Set-Cookie", sessionCookie(token, { maxAgeSeconds, basePath, isSecure }));
    return { role, token };
  };

  route(app, {
    method: "POST",
    url: "/api/v1/session",
    permission: "open",
    audit: "session.sign-in",
    validatorCompiler: exactBody,
    schema: {
      operationId: "signIn",
      tags: ["Session"],
      summary: "Sign in with name and password, or with the secret of a link",
      body: SessionRequest,
      response: { 200: SessionAnswer, ...errors },
    },
    handler: async (request, reply) => {
      const { username, password, link, share } = request.body;
      if (link !== undefined) {
        const subject = links.redeem(link);
        if (subject === null) return refuseCredential(access, request, reply, message("link-expired"));
        const role = subject.kind === "person" ? (people.get(subject.name)?.role ?? "viewer") : "admin";
        return signIn(request, reply, subject, role);
      }
      if (share !== undefined) {
        const found = shares.find(share);
        if (found === undefined) return refuseCredential(access, request, reply, message("link-expired/share"));
        return signIn(request, reply, { kind: "share", id: found.id }, "viewer");
      }
      if (username === undefined || password === undefined)
        return sendProblem(
          reply,
          message("bad-request/sign-in", { field: username === undefined ? "username" : "password" }),
        );
      request.audited = { subject: username.slice(0, 64) };
      const address = plainAddress(request.ip);
      // While an address is locked out no guess is checked, so that a right one cannot be distinguished from a wrong one.
      const seconds = lockOut.retryAfterSeconds(address);
      if (seconds > 0) return refuseCredential(access, request, reply, message("locked-out", { seconds }));
      const person = await people.signIn(username, password);
      if (person === "busy") return sendProblem(reply, message("too-many-requests/passwords"));
      if (person === "wrong") return refuseCredential(access, request, reply, message("wrong-password/sign-in"));
      lockOut.succeeded(address);
      return signIn(request, reply, { kind: "person", name: person.name }, person.role);
    },
  });
}

function addSignOutRoute(app: FastifyInstance, { access: { sessions }, basePath }: SessionRouteOptions): void {
  route(app, {
    method: "DELETE",
    url: "/api/v1/session",
    permission: "viewer",
    audit: "session.sign-out",
    showsSome: true,
    schema: {
      operationId: "signOut",
      tags: ["Session"],
      summary: "Sign out: ends the session that asks, in the cookie or as a bearer token",
      response: { 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      const { principal } = request;
      if (!("session" in principal)) return sendProblem(reply, message("bad-request/no-session"));
      await sessions.end(principal.session);
      const { isSecure } = request.client;
      return reply
        .header("Set-Cookie", sessionCookie("", { maxAgeSeconds: 0, basePath, isSecure }))
        .code(204)
        .send(null);
    },
  });
}

function addLinkRoute(app: FastifyInstance, { access: { links } }: SessionRouteOptions): void {
  route(app, {
    method: "POST",
    url: "/api/v1/session/link",
    permission: "viewer",
    audit: "session.link",
    schema: {
      operationId: "createSignInLink",
      tags: ["Session"],
      summary: "A link that signs in once, as the one who asks: for a phone, as a QR code",
      response: { 200: SignInLink, ...errors },
    },
    handler: async ({ principal }, reply) => {
      const subject = subjectOf(principal);
      return subject === null ? sendProblem(reply, message("bad-request/no-person")) : links.make(subject);
    },
  });
}

function addSessionListRoutes(app: FastifyInstance, { access: { sessions } }: SessionRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/sessions",
    permission: "viewer",
    audit: null,
    schema: {
      operationId: "listSessions",
      tags: ["Session"],
      summary: "Who is signed in: all for administrators, else one's own",
      response: { 200: SessionList, ...errors },
    },
    handler: async ({ principal }) => {
      const current = "session" in principal ? principal.session : null;
      const isAdmin = decide(principal, "admin") === "granted";
      return { sessions: sessions.list(current).filter(({ name }) => isAdmin || name === nameOf(principal)) };
    },
  });

  route(app, {
    method: "DELETE",
    url: "/api/v1/sessions/:id",
    permission: "viewer",
    audit: "session.end",
    schema: {
      operationId: "endSession",
      tags: ["Session"],
      summary: "Ends a session, at once",
      params: IdParams,
      response: { 204: Type.Null(), ...errors },
    },
    handler: async ({ principal, params: { id } }, reply) => {
      const session = sessions.list(null).find((one) => one.id === id);
      const mayEnd = decide(principal, "admin") === "granted" || session?.name === nameOf(principal);
      if (session === undefined || !mayEnd || !(await sessions.end(id)))
        return sendProblem(reply, message("no-such-session"));
      return reply.code(204).send(null);
    },
  });
}

function addOwnAccountRoutes(app: FastifyInstance, { access }: SessionRouteOptions): void {
  const { people, shares } = access;

  route(app, {
    method: "GET",
    url: "/api/v1/me",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "getMe",
      tags: ["Session"],
      summary: "Who asks",
      response: { 200: Me, ...errors },
    },
    handler: async ({ principal }, reply) => toMe(principal, shares) ?? sendProblem(reply, message("forbidden")),
  });

  route(app, {
    method: "PUT",
    url: "/api/v1/me/password",
    permission: "viewer",
    audit: "person.password",
    validatorCompiler: exactBody,
    schema: {
      operationId: "changeOwnPassword",
      tags: ["Session"],
      summary: "Changes one's own password, and ends one's sessions",
      body: PasswordChange,
      response: { 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      const { principal, body } = request;
      if (principal.kind !== "person" || principal.name === OWNER) return sendProblem(reply, message("forbidden"));
      request.audited = { subject: principal.name };
      const seconds = access.lockOut.retryAfterSeconds(plainAddress(request.ip));
      if (seconds > 0) return refuseCredential(access, request, reply, message("locked-out", { seconds }));
      const outcome = await people.signIn(principal.name, body.current);
      if (outcome === "busy") return sendProblem(reply, message("too-many-requests/passwords"));
      if (outcome === "wrong") return refuseCredential(access, request, reply, message("wrong-password/current"));
      const changed = await people.change(principal.name, { password: body.password });
      return "code" in changed ? sendProblem(reply, changed) : reply.code(204).send(null);
    },
  });
}

function addLiveTicketRoute(
  app: FastifyInstance,
  { access: { tickets }, httpPort, basePath }: SessionRouteOptions,
): void {
  route(app, {
    method: "POST",
    url: "/api/v1/live/ticket",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "createLiveTicket",
      tags: ["Session"],
      summary: "A ticket that opens the live feed once",
      response: { 200: LiveTicket, ...errors },
    },
    handler: async ({ principal }) => ({ ticket: tickets.make(principal).secret, port: httpPort(), basePath }),
  });
}

/** The subject of a sign-in link that a principal makes for itself; null where it cannot make one. */
function subjectOf(principal: Principal): SessionSubject | null {
  if (principal.kind === "shell") return { kind: "owner" };
  if (principal.kind !== "person") return null;
  return principal.name === OWNER ? { kind: "owner" } : { kind: "person", name: principal.name };
}

function toMe(principal: Principal, shares: Pick<Access["shares"], "get">): Me | null {
  const name = nameOf(principal);
  switch (principal.kind) {
    case "shell":
    case "person":
    case "api-key":
    case "share": {
      const { kind, role } = principal;
      const rooms = "rooms" in principal && principal.rooms !== undefined ? { rooms: [...principal.rooms] } : {};
      if (principal.kind !== "share") return { kind, name, role, ...rooms };
      const { device, view, expiresMs } = shares.get(principal.id) ?? {};
      return {
        kind,
        name,
        role,
        ...(device !== undefined && { device }),
        ...(view !== undefined && { view }),
        ...(expiresMs !== undefined && { expiresMs }),
      };
    }
    case "device":
    case "broker":
    case "unproven":
    case "anonymous":
      return null;
  }
}
