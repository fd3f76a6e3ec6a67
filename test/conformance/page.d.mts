export type Named = {
  /** From the root of the project. */
  file: string;
  /** As it stands in the source: with %s for what a table fills in, or a row's own name. */
  title: string;
};

export function namedTests(page: string): Named[];
export function namedScenarios(page: string): string[];
/** True if `source` has the title as a whole string: of a test, or of a row of its table. */
export function isTestOf(source: string, title: string): boolean;
