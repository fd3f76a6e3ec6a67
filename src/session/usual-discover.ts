import { asObject } from '../json-object.ts';

const LISTS = ['prompts', 'resources', 'tools'];
const WORDS = ['completions', 'logging'];

/**
 * Whether what a server said of itself is that at first sight, as it mostly is: the SDK's schema of it would say the same, and
 * is made of forty others. Of anything else, that one has to be asked.
 * @public the build puts it before the SDK's schema (bundle/packages.mjs)
 */
export function isUsualDiscover(value: unknown): boolean {
  const { supportedVersions, capabilities, instructions = '', _meta = {} } = asObject(value) ?? {};
  return (
    Array.isArray(supportedVersions) &&
    supportedVersions.every((each) => typeof each === 'string') &&
    typeof instructions === 'string' &&
    asObject(_meta) !== undefined &&
    asObject(capabilities) !== undefined &&
    Object.entries(capabilities as object).every(isUsualCapability)
  );
}

function isUsualCapability([name, value]: [string, unknown]): boolean {
  const said = asObject(value);
  if (!said) return false;
  if (WORDS.includes(name)) return Object.keys(said).length === 0;
  return LISTS.includes(name) && Object.values(said).every((each) => typeof each === 'boolean');
}
