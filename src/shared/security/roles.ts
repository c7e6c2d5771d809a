// Roles, and the one name that is fixed: apart from the schemas of the API, which the window does not need for its first page.

/** The least first: each role may do all that the ones before it may. */
export const ROLES = ["viewer", "operator", "admin"] as const;

/** The principal of the printed link: the hub's own administrator, without a password. */
export const OWNER = "owner";
