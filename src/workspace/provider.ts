/** Those whose variable has another name than the provider. */
const VARIABLES: Record<string, string> = { togetherai: 'TOGETHER_API_KEY' };

/** The variable that an LLM provider's key is read from before any store: `OPENAI_API_KEY`. Pure. */
export function providerVariable(provider: string): string {
  const own = provider.toLowerCase();
  if (Object.hasOwn(VARIABLES, own)) return VARIABLES[own] ?? '';
  return `${provider.toUpperCase().replace(/[^A-Z0-9]/gu, '_')}_API_KEY`;
}
