// Says on stderr, when it is asked with SIGUSR2, how much of the heap is in use after everything unneeded is gone.
process.on('SIGUSR2', async () => {
  for (let round = 0; round < 4; round++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  process.stderr.write(`heap ${process.memoryUsage().heapUsed}\n`);
});
