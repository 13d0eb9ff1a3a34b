/**
 * Lays out what is published beside qjit: a package with the addon for each platform, and qjit itself with those packages as
 * optional dependencies, so that npm installs the one that fits the machine and no script runs there.
 *
 *   node tools/native-packages.mjs [--addon PLATFORM=FILE]... [--out DIR]
 *
 * The addon of this machine is build/native/Release/qjit.node unless given. A platform without an addon gets no package and is
 * not among the dependencies. Prints the folders, one a line; `npm publish FOLDER` does the rest.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** What npm matches, by the last part of a package's name (runtime/native.ts asks for them by it). */
const platforms = {
  "linux-x64-gnu": { os: "linux", cpu: "x64", libc: "glibc" },
  "linux-x64-musl": { os: "linux", cpu: "x64", libc: "musl" },
  "linux-arm64-gnu": { os: "linux", cpu: "arm64", libc: "glibc" },
  "linux-arm64-musl": { os: "linux", cpu: "arm64", libc: "musl" },
  "darwin-x64": { os: "darwin", cpu: "x64" },
  "darwin-arm64": { os: "darwin", cpu: "arm64" },
  "win32-x64": { os: "win32", cpu: "x64" },
};

const { values } = parseArgs({
  options: { addon: { type: "string", multiple: true, default: [] }, out: { type: "string" } },
});
const out = resolve(values.out ?? join(root, "build", "packages"));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const fail = (message) => {
  console.error(`native-packages: ${message}`);
  process.exit(1);
};

/** The platform that this Node runs on. */
function here() {
  const { platform, arch } = process;
  if (platform !== "linux") return `${platform}-${arch}`;
  return `linux-${arch}-${process.report.getReport().header.glibcVersionRuntime ? "gnu" : "musl"}`;
}

const addons = new Map();
const built = join(root, "build", "native", "Release", "qjit.node");
if (existsSync(built)) addons.set(here(), built);
for (const entry of values.addon) {
  const [platform, file] = entry.split("=", 2);
  if (!Object.hasOwn(platforms, platform))
    fail(`--addon ${entry}: wants one of ${Object.keys(platforms).join(", ")} before =`);
  if (!file || !existsSync(file)) fail(`--addon ${entry}: no such file`);
  addons.set(platform, file);
}
if (!addons.size) fail("no addon: npm run build:native makes this machine's");
if (!existsSync(join(root, "dist", "lib", "index.js"))) fail("no dist: npm run build makes it");

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
const folder = (name) => {
  const dir = join(out, name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  return dir;
};

const optional = {};
for (const [platform, addon] of addons) {
  const { os, cpu, libc } = platforms[platform];
  const name = `@qjit/native-${platform}`;
  const dir = folder(`native-${platform}`);
  copyFileSync(addon, join(dir, "qjit.node"));
  copyFileSync(join(root, "LICENSE"), join(dir, "LICENSE"));
  writeFileSync(
    join(dir, "README.md"),
    `# ${name}\n\nThe native back end of [qjit](https://www.npmjs.com/package/qjit) for ${platform}. qjit depends on it; there is nothing to import here.\n`,
  );
  writeFileSync(
    join(dir, "package.json"),
    json({
      name,
      version: manifest.version,
      description: `The native back end of qjit for ${platform}`,
      license: manifest.license,
      main: "qjit.node",
      files: ["qjit.node"],
      engines: manifest.engines,
      os: [os],
      cpu: [cpu],
      ...(libc ? { libc: [libc] } : {}),
    }),
  );
  optional[name] = manifest.version;
  console.log(dir);
}

// qjit as it is published: what `files` lists, without development's scripts and dependencies.
const dir = folder("qjit");
const left = manifest.files.filter((file) => file.startsWith("!")).map((file) => join(root, file.slice(1)));
for (const entry of manifest.files.filter((file) => !file.startsWith("!"))) {
  // `FOLDER/**/*.END` or a file or folder.
  const [file, ending = ""] = entry.split("/**/*");
  const wanted = (from) => !left.includes(from) && (from.endsWith(ending) || statSync(from).isDirectory());
  cpSync(join(root, file), join(dir, file), { recursive: true, filter: wanted });
}
const { scripts: _, devDependencies: __, ...published } = manifest;
writeFileSync(join(dir, "package.json"), json({ ...published, optionalDependencies: optional }));
console.log(dir);
