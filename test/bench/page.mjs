// The page that shows the results: one block for each major version of Node. Pure.

const mark = (major, end = '') => `<!-- ${end}bench ${major} -->`;

/**
 * @returns the page with `lines` as the block of this major version, and every other block as it was
 * @throws Error if the page has no block at all, after which a new one could be put
 */
export function withBlock(page, major, lines) {
  const block = `${mark(major)}\n\n${aligned(lines).join('\n')}\n\n${mark(major, '/')}`;
  const from = page.indexOf(mark(major));
  const until = page.indexOf(mark(major, '/'), from);
  if (from >= 0 && until >= 0)
    return page.slice(0, from) + block + page.slice(until + mark(major, '/').length);
  const last = [...page.matchAll(/<!-- \/bench \d+ -->/g)].at(-1);
  if (!last) throw new Error('the page has no <!-- /bench NN --> after which a block could be put');
  const after = last.index + last[0].length;
  return `${page.slice(0, after)}\n\n${block}${page.slice(after)}`;
}

/** Tables with their columns under each other, as the rest of the page has them. */
export function aligned(lines) {
  const done = [];
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (lines[end]?.startsWith('|')) end++;
    if (end === at) done.push(lines[at++]);
    else {
      done.push(...table(lines.slice(at, end)));
      at = end;
    }
  }
  return done;
}

function table(lines) {
  const rows = lines.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  const right = rows[1].map((cell) => cell.endsWith(':'));
  const width = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? '').length)));
  const cell = (text, column, row) => {
    if (row === 1) return right[column] ? `${'-'.repeat(width[column] - 1)}:` : '-'.repeat(width[column]);
    return right[column] ? text.padStart(width[column]) : text.padEnd(width[column]);
  };
  return rows.map((row, at) => `| ${row.map((text, column) => cell(text, column, at)).join(' | ')} |`);
}
