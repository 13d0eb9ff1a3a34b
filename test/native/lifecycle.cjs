/**
 * What threads and processes do to programs and runs of the addon: node --expose-gc lifecycle.cjs ADDON PROGRAM. The program is
 * that of small.ts. Prints what it saw as JSON, and ends with work in flight.
 */
const { readFileSync } = require("node:fs");
const { resolve } = require("node:path");
const { Worker, isMainThread, parentPort } = require("node:worker_threads");

const [addonPath, programPath] = process.argv.slice(2);
const { NativeProgram, levels } = require(resolve(addonPath));
const bytes = readFileSync(programPath);

const start = (program, fill = 5) => program.run([new Int8Array(144).fill(fill)], [new Int8Array(288)]);
const hex = ([y]) => Buffer.from(y.buffer).toString("hex");

/** A worker that runs at every instruction set, on one and on two threads, says its results, and leaves runs in flight. */
async function work() {
  const results = [];
  for (const level of levels)
    for (const threads of [1, 2]) {
      const program = new NativeProgram(bytes, level, threads);
      results.push(...(await Promise.all([1, 2, 3].map(() => start(program)))).map(hex));
      for (let i = 0; i < 20; i++) start(program);
    }
  parentPort.postMessage(results);
}

/** Resolves with the first message of a worker of this file; `use` gets the worker. */
const worker = (use) =>
  new Promise((done, fail) => {
    const w = new Worker(__filename, { argv: [addonPath, programPath] });
    w.on("error", fail);
    w.on("message", (results) => done(use ? use(w, results) : results));
  });

async function main() {
  const wanted = hex(await start(new NativeProgram(bytes)));
  // Several threads load the addon at once, and end by themselves.
  const all = (await Promise.all([worker(), worker(), worker()])).flat();
  // Threads that are ended from outside while they have runs in flight.
  for (let i = 0; i < 4; i++) all.push(...(await worker((w, results) => w.terminate().then(() => results))));
  // Programs that nobody disposes of: collected when idle, and kept as long as runs need them.
  let collected = 0;
  const registry = new FinalizationRegistry(() => collected++);
  const made = 60;
  const runs = [];
  for (let i = 0; i < made; i++) {
    const program = new NativeProgram(bytes, levels[i % levels.length], 1 + (i % 2));
    registry.register(program);
    runs.push(start(program).then(hex));
    if (i % 10 === 0) global.gc();
  }
  all.push(...(await Promise.all(runs)));
  for (let i = 0; i < 50 && collected < made - 1; i++) {
    await new Promise((done) => setTimeout(done, 10));
    global.gc();
  }
  // And the process ends with work in flight.
  const last = new NativeProgram(bytes, levels[levels.length - 1], 2);
  for (let i = 0; i < 50; i++) start(last);
  const summary = {
    results: all.length,
    wrong: all.filter((y) => y !== wanted).length,
    collected: collected >= made - 1,
  };
  process.stdout.write(JSON.stringify(summary), () => process.exit(0));
}

if (isMainThread) main();
else work();
