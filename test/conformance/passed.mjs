// Every test that docs/conformance.md names has passed in a run: `node passed.mjs REPORT`, the JSON report of vitest.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { namedTests } from './page.mjs';

const page = readFileSync(fileURLToPath(new URL('../../docs/conformance.md', import.meta.url)), 'utf8');
const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const named = namedTests(page);
const bad = named.filter(({ file, title }) => {
  const ran =
    testResults.find(({ name }) => name.replaceAll('\\', '/').endsWith(`/${file}`))?.assertionResults ?? [];
  const pattern = new RegExp(
    `^${title
      .split(/%[sij]/)
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('[^]*')}`,
  );
  const found = ran.filter((one) => pattern.test(one.title) || one.title.includes(title));
  return found.length === 0 || found.some(({ status }) => status !== 'passed');
});
for (const { file, title } of bad) console.error(`not passed: ${file}: ${title}`);
console.log(
  `docs/conformance.md: ${named.length - bad.length} of the tests that it names passed, ${bad.length} did not`,
);
process.exitCode = bad.length > 0 ? 1 : 0;
