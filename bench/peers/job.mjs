/** One measurement in a process of its own, which run.mjs starts: a message with the job comes in, one with the result goes out. */
import { readFileSync } from "node:fs";
import { contestants } from "./contestants.mjs";
import { imageInput, imageShape, modelPath } from "./models.mjs";
import { difference } from "./statistics.mjs";
import { takeTurns } from "./turns.mjs";

const started = performance.now();
const engine = { node: process.version, v8: process.versions.v8, flags: process.execArgv };

async function make({ use, ...options }, model) {
  const contestant = contestants[use];
  const bytes = readFileSync(modelPath(options.model ?? model));
  const tools = await contestant.prepare();
  const from = performance.now();
  const made = await contestant.make(tools, bytes, { ...options, input: imageInput(), shape: imageShape });
  const makeMs = performance.now() - from;
  const describe = { name: contestant.label, version: made.version, detail: made.detail };
  return { ...made, describe, makeMs };
}

const jobs = {
  async turns({ ours, theirs, model, effort }) {
    const a = await make(ours, model);
    const b = await make(theirs, model);
    const cpu = () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    };
    const pairs = await takeTurns(a, b, { ...effort, cpu });
    const same = !theirs.model ? difference(a.output(), b.output()) : undefined;
    return { who: { ours: a.describe, theirs: b.describe }, pairs, same };
  },
  async first({ who, model }) {
    const made = await make(who, model);
    const from = performance.now();
    await made.run();
    const runMs = performance.now() - from;
    return { who: made.describe, makeMs: made.makeMs, ms: made.makeMs + runMs, processMs: performance.now() };
  },
  async memory({ who, model, release }) {
    const made = await make(who, model);
    for (let i = 0; i < 100; i++) await made.run();
    if (release) await made.release();
    const { maxRSS } = process.resourceUsage();
    return { who: made.describe, ms: process.memoryUsage.rss() / 2 ** 20, peak: maxRSS / 1024 };
  },
  async artefact({ loader, inputs }) {
    const data = inputs.map(({ dtype, size }) =>
      dtype === "f32" ? new Float32Array(size).fill(0.5) : new Uint8Array(size),
    );
    const from = performance.now();
    const { load } = await import(loader);
    const program = await load();
    const loadedMs = performance.now() - from;
    program.runSync(data);
    return { ms: performance.now() - from, loadedMs, processMs: performance.now(), bootMs: started };
  },
  async compile({ model, targets, name }) {
    const { compileFiles } = await import("./artefact.mjs");
    return compileFiles(modelPath(model), targets, name);
  },
};

process.once("message", async (job) => {
  let reply;
  try {
    reply = { engine, ...(await jobs[job.kind](job)) };
  } catch (error) {
    reply = { error: String(error?.message ?? error) };
  }
  process.send(reply, () => process.exit(0));
});
