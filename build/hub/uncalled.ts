// Stands in for libraries that are loaded by others and never called. Whoever calls one after all finds nothing there.
export {};
