/**
 * Characters beyond ASCII as escapes, in strings, templates and patterns alike: V8 keeps a source with one of them at two
 * bytes for each of its characters.
 */
export function ascii(code) {
  if (/\\[\u0080-\uffff]/.test(code)) throw new Error('a character behind a backslash would lose it');
  return code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
