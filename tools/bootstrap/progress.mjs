/** Says what a long step is, and every ten seconds that it still goes on. */
export async function withProgress(what, task) {
  process.stderr.write(`${what}\n`);
  const started = Date.now();
  const timer = setInterval(
    () => process.stderr.write(`  ... ${Math.round((Date.now() - started) / 1000)} s\n`),
    10_000,
  );
  try {
    return await task();
  } finally {
    clearInterval(timer);
  }
}
