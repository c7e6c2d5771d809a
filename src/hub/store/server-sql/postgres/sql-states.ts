// Names that PostgreSQL gives to what went wrong (SQLSTATE), where they are asked for by name.

export const UNIQUE_VIOLATION = "23505";
