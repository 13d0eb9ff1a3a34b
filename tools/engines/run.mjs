/**
 * Runs what cases.ts wrote on the engine that runs this, and compares every byte.
 *
 *     node tools/engines/run.mjs FOLDER [--level best|simd128|wide|native] [--threads N] [--only TEXT] [--skip TEXT,...]
 *       [--addon FILE] [--isa NAME]
 *
 * best is the relaxed module that the probe of the engine picks, where the case has one. Ends with 1 if an output differs.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { load, probeEngine } from "../../dist/runtime/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    level: { type: "string", default: "best" },
    threads: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    skip: { type: "string", default: "" },
    addon: { type: "string" },
    isa: { type: "string" },
  },
});
const [folder] = positionals;
const { level, only, isa } = values;
const threads = Number(values.threads);
const skipped = values.skip.split(",").filter(Boolean);
const engine = probeEngine();
const addon = values.addon && createRequire(import.meta.url)(path.resolve(values.addon));

const bytesOf = (file) => readFileSync(path.join(folder, file));
const arrayOf = ({ file, dtype }) => {
  const bytes = bytesOf(file);
  const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return new globalThis[dtype](copy);
};

/** Which module of a case to take, or undefined if it has none to test here. */
function chosen({ modules }) {
  const flavour = level === "best" && modules[engine.dot] ? engine.dot : level === "best" ? "simd128" : level;
  return threads > 1 ? modules[`${flavour} threads`] : modules[flavour];
}

/** The outputs of a case here. */
async function outputsOf(one, inputs, want) {
  if (level === "native") {
    const program = new addon.NativeProgram(bytesOf(one.native), isa, threads);
    const outputs = want.map((w) => new w.constructor(w.length));
    program.runSync(inputs, outputs);
    program.dispose();
    return outputs;
  }
  const program = await load(bytesOf(chosen(one)), {
    threads,
    note: (message) => {
      throw new Error(message);
    },
  });
  // Twice: a program must not depend on what its last run left behind. States go on from run to run.
  program.runSync(inputs);
  program.reset();
  const outputs = program.runSync(inputs);
  program.dispose();
  return outputs;
}

const same = (a, b) => {
  if (a.constructor.name !== b.constructor.name || a.length !== b.length) return false;
  return a.every((v, i) => Object.is(v, b[i]));
};

const cases = JSON.parse(readFileSync(path.join(folder, "cases.json"), "utf8"));
const counts = { exact: 0, wrong: 0, dots: 0 };
const start = performance.now();
let planted = false;
for (const one of cases) {
  if (!one.name.includes(only) || skipped.some((text) => one.name.includes(text))) continue;
  if (level !== "native" && !chosen(one)) continue;
  const inputs = one.inputs.map(arrayOf);
  const want = one.outputs.map(arrayOf);
  const found = await outputsOf(one, inputs, want);
  const right = found.length === want.length && found.every((f, i) => same(f, want[i]));
  counts[right ? "exact" : "wrong"]++;
  if (!right) console.log(`differs: ${one.name}`);
  if (level === "best" && one.modules[engine.dot]) counts.dots++;
  // Once, that a wrong byte would be seen.
  if (!planted && right && want[0].length) {
    const other = found[0].slice();
    new Uint8Array(other.buffer)[other.byteLength - 1] ^= 1;
    if (same(other, want[0])) throw new Error("a planted difference was not seen");
    planted = true;
  }
}
const { versions, arch } = process;
const name = versions.bun ? `Bun ${versions.bun}` : versions.deno ? `Deno ${versions.deno}` : `Node ${versions.node}`;
const how = level === "native" ? `native ${isa}` : level === "best" ? `dot ${engine.dot}` : level;
const dots = level === "best" ? `, ${counts.dots} by dot products of bytes` : "";
const took = ((performance.now() - start) / 1000).toFixed(1);
console.log(
  `${name} ${arch}, ${how}, ${threads} thread${threads > 1 ? "s" : ""}: ${counts.exact} exact${dots}, ${counts.wrong} wrong, ${took} s`,
);
process.exit(counts.wrong > 0 || counts.exact === 0 || !planted ? 1 : 0);
