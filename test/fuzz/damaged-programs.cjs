/**
 * Loads and runs damaged programs of the native library: node damaged-programs.cjs ADDON FOLDER SEED SECONDS ROUNDS. The folder has
 * programs (.bin) and the bytes of their inputs and outputs (.json). Damages each by the seeds 1 to ROUNDS, then from SEED on until so
 * many seconds are over. Writes each case before it tries it, so that the last line names the one that crashed or did not end; prints how
 * many were tried and refused, as JSON.
 */
const { readdirSync, readFileSync, writeSync } = require("node:fs");
const { join } = require("node:path");

const [addonPath, folder, firstSeed, seconds, rounds] = process.argv.slice(2);
const { NativeProgram, levels } = require(addonPath);

/** Uniform integers of [0, n): xorshift. */
function numbers(seed) {
  let s = Math.imul(seed, 2654435761) | 1;
  return (n) => {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    return (s >>> 0) % n;
  };
}

/** As src/codegen/native/writer.ts has it. */
function checksum(words) {
  const end = Math.min(words.length, Math.max(words[5] >>> 2, 12));
  let h = 0x811c9dc5;
  for (const w of words.subarray(4, end)) h = Math.imul(h ^ w, 0x01000193);
  return h >>> 0;
}

const extremes = [
  0,
  1,
  2,
  7,
  8,
  63,
  64,
  255,
  256,
  65535,
  65536,
  1 << 20,
  0x7fffffff,
  0x80000000,
  0xfffffffe,
  0xffffffff,
];

/** A damaged copy of a program, its length and checksum true. */
function damaged(bytes, rand) {
  const copy = bytes.slice();
  let view = new Uint32Array(copy.buffer);
  // Header, ports and steps; fewer changes fall into the constants behind them.
  const steps = view[5] / 4;
  const place = () => 4 + rand((rand(8) ? steps : view.length) - 4);
  for (let k = 1 + rand(3); k > 0; k--) {
    const at = place();
    const other = place();
    const kind = rand(8);
    if (kind === 0) [view[at], view[other]] = [view[other], view[at]];
    else if (kind === 1) copy[4 * at + rand(4)] = rand(256);
    else if (kind === 2) view.copyWithin(at, other, other + rand(12));
    else if (kind === 3) view[at] = extremes[rand(extremes.length)];
    else if (kind === 4) view[at] += rand(7) - 3;
    else if (kind === 5) view[at] ^= 1 << rand(32);
    else if (kind === 6) view[at] <<= rand(12);
    else view[at] = rand(40);
  }
  if (rand(16) === 0) view = view.slice(0, 12 + rand(view.length - 12));
  view[2] = view.length;
  view[3] = checksum(view);
  return new Uint8Array(view.buffer);
}

const programs = readdirSync(folder)
  .filter((name) => name.endsWith(".bin"))
  .map((name) => ({
    name,
    bytes: new Uint8Array(readFileSync(join(folder, name))),
    ...JSON.parse(readFileSync(join(folder, name.replace(".bin", ".json")), "utf8")),
  }));

const seen = { tried: 0, refused: 0, strange: [] };

function attempt({ name, bytes, inputs, outputs }, seed) {
  const rand = numbers(seed);
  writeSync(2, `${name} with FUZZ_SEED=${seed}\n`);
  const given = damaged(bytes, rand);
  // What asks for more memory than tests have is not tried.
  if (new Uint32Array(given.buffer)[4] > 1 << 26) return;
  seen.tried++;
  try {
    const program = new NativeProgram(given, levels[rand(levels.length)], 1 + rand(2));
    const arrays = (sizes) => sizes.map((n) => new Uint8Array(n));
    program.runSync(arrays(inputs), arrays(outputs));
    program.dispose();
  } catch (error) {
    seen.refused++;
    if (!/^damaged program: |wants |^not a program/.test(error.message)) seen.strange.push(error.message);
  }
}

for (let seed = 1; seed <= Number(rounds); seed++) for (const program of programs) attempt(program, seed);
const end = Date.now() + 1000 * Number(seconds);
for (let seed = Number(firstSeed); Date.now() < end; seed++) for (const program of programs) attempt(program, seed);
console.log(JSON.stringify(seen));
