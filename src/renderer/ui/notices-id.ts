// The id of the notices' container at the end of every page, where new ones do not shift the page.
export const NOTICES_ID = "notices";
