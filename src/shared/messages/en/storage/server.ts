// Errors of a database server. /healthz shows them to everyone, so they name no address, user or statement. Those at the start are
// for the person at the hub, and name the address; never the password.
import type { Sentence } from "../../sentence.ts";

type Product = { readonly product: string };
type Failed = Product & { readonly reason: string };
type Newer = { readonly step: number; readonly known: number };
type Foreign = Product & { readonly table: string };

const wrongPassword = ({ product }: Product) => `${product} does not accept this user with this password.`;
const newer = ({ step, known }: Newer) =>
  `The database was written by a newer version of Bramble (its tables are at step ${step}, this one knows ${known}).`;
const foreign = ({ product, table }: Foreign) =>
  `The database has a table “${table}” of another program. Create a database of ${product} for Bramble alone`;

const unreachable = ({ product, reason }: Failed) => `${product} cannot be reached (${reason}).`;
const starting = ({ product }: Product) => `${product} is starting or stopping.`;
const readOnly = ({ product }: Product) => `${product} takes no writes now: it is a replica, or set to read-only.`;
const diskFull = ({ product }: Product) => `The disk of ${product} is full.`;

export const server = {
  "store/unreachable": (params: Failed) => `${unreachable(params)} Nothing is acknowledged until it is back.`,
  "store/unreachable/alone": unreachable,
  "store/starting": (params: Product) => `${starting(params)} Nothing is acknowledged until it is ready.`,
  "store/starting/alone": starting,
  "store/wrong-password": (params: Product) => `${wrongPassword(params)} Correct --store, or BRAMBLE_STORE.`,
  "store/wrong-password/desktop": (params: Product) => `${wrongPassword(params)} Correct it in the database's address.`,
  "store/not-admitted": ({ product }: Product) =>
    `${product} does not let this user in from this computer, or not without encryption. Try ?sslmode=verify-full at the end of the database's address.`,
  "store/no-database": ({ product }: Product) =>
    `${product} has no database of this name. Create it, owned by this user, and start again.`,
  "store/not-allowed": ({ product, reason }: Failed) =>
    `${product} does not allow this to its user (${reason}). Make the user the owner of the database.`,
  "store/disk-full": (params: Product) => `${diskFull(params)} Nothing is acknowledged until there is room.`,
  "store/disk-full/alone": diskFull,
  "store/read-only": (params: Product) => `${readOnly(params)} Nothing is acknowledged until it takes them.`,
  "store/read-only/alone": readOnly,
  "store/failed": ({ product, reason }: Failed) => `${product} failed: ${reason}.`,
  "store/newer": (params: Newer) => `${newer(params)} Start the newer version, or name another database with --store.`,
  "store/newer/desktop": (params: Newer) => `${newer(params)} Start the newer version.`,
  "store/foreign-table": (params: Foreign) => `${foreign(params)}, and name it with --store.`,
  "store/foreign-table/desktop": (params: Foreign) => `${foreign(params)}.`,
  "store/unusable": ({ address, reason }: { readonly address: string; readonly reason: Sentence }) =>
    `The store ${address} cannot be used. ${reason}`,
};
