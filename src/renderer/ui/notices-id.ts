// Where notices stand, at the end of every page: what comes while a page is in use moves nothing there.
export const NOTICES_ID = "notices";
