// The error codes of PostgreSQL (SQLSTATE) that are handled by name.

export const UNIQUE_VIOLATION = "23505";
export const READ_ONLY_TRANSACTION = "25006";
