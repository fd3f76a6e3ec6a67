/** The package's own folder. Files of `src`, and all that is built from them, lie one folder deep in it. */
export const root = new URL('../', import.meta.url);
