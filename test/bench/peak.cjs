// Given to Node with --require: says the most memory that the process had, in KiB, in the file named by BENCH_PEAK.
const { appendFileSync } = require('node:fs');
process.on('exit', () => appendFileSync(process.env.BENCH_PEAK, `${process.resourceUsage().maxRSS}\n`));
