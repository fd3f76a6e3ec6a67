type Registrar = { registerTool: unknown };
/** Told `called` and `aborted` by the tools that wait. */
type Tell = (word: string) => void;

/** Registers `ask`, `wait` and `deaf` with an `McpServer` of `@modelcontextprotocol/server` 2.x. */
export function addQuestions(server: Registrar, tell?: Tell): void;

/** The same, and `ask-beside`, with one of `@modelcontextprotocol/sdk` 1.x. */
export function addOlderQuestions(server: Registrar & { server: unknown }, tell?: Tell): void;
