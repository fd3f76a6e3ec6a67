import { describe, expect, it } from 'vitest';
import { isPlain, plain } from '../../src/ui/plain.ts';

describe('a terminal without Unicode', () => {
  it.each([
    [{}, 'linux', false],
    [{ LANG: 'en_US.UTF-8' }, 'linux', false],
    [{ LANG: 'C.utf8' }, 'linux', false],
    [{ LANG: '' }, 'linux', false],
    [{ LANG: 'C' }, 'linux', true],
    [{ LANG: 'de_DE@euro' }, 'linux', true],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'POSIX' }, 'linux', true],
    [{ LANG: 'C', LC_ALL: '', LC_CTYPE: 'en_US.UTF-8' }, 'linux', false],
    [{ LANG: 'C' }, 'win32', false],
    [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, 'linux', true],
    [{ LANG: 'en_US.UTF-8', TERM: 'dumb' }, 'win32', true],
  ] as const)('%j on %s: %s', (env, platform, expected) => expect(isPlain(env, platform)).toBe(expected));

  it('gets our signs in ASCII, and all else as it is', () => {
    expect(plain('⏳ ███░░ 60 %\n🔐 Authentication required for café…\n')).toBe(
      '###.. 60 %\nAuthentication required for café...\n',
    );
  });
});
