// Saves its own key and one that all share, reads both back, and takes its own away.   node keyring-save.mjs HOME NUMBER
import { randomBytes } from 'node:crypto';
import { openKeyringStore } from '../../build/store/keyring/store.js';

const [home, number] = process.argv.slice(2);
const store = await openKeyringStore({
  name: 'secretservice',
  platform: 'linux',
  env: process.env,
  home,
  attended: false,
  random: randomBytes,
  notify: () => undefined,
  signal: new AbortController().signal,
});
await store.ready();
const own = `server ${number}`;
const value = JSON.stringify({ number, filling: number.repeat(Number(number) % 2 ? 3_000 : 10) });
await store.set(own, value);
await store.set('shared', value);
if ((await store.get(own)) !== value) throw new Error(`${own} holds another value`);
const shared = JSON.parse((await store.get('shared')) ?? 'null');
if (typeof shared?.filling !== 'string') throw new Error('the shared value is not whole');
if (Number(number) % 4 === 0 && !(await store.delete(own))) throw new Error(`${own} was not there`);
