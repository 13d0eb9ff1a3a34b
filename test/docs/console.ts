/**
 * What documents show is what happens. In a `console` block, lines that begin with `$ ` are commands for a shell and the others what
 * they print, on stdout and stderr; a line `...` stands for any number of lines. In a block `console varies` numbers are not
 * compared, since they are measured or depend on the engine. A code block that begins with `// NAME` is the file of that name.
 * A command that is to print "Ctrl-C stops" is a server: its page is fetched, and Ctrl-C ends it.
 */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { executable as chromium } from "../browser/chromium.ts";
import { modelsDir } from "../vectors.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Files that documents name, and where they are in the folder of third-party models. */
const fixtures: Readonly<Record<string, string>> = {
  "resnet8.tflite": "pretrainedResnet_quant.tflite",
  "resnet8-float.tflite": "pretrainedResnet.tflite",
  "mobilenet_v2.tflite": "tf2_mobilenet_v2_1.0_224_ptq.tflite",
  "mobilenet_v2.onnx": "pytorch-export/mobilenet_v2_qdq.onnx",
  "resnet18.onnx": "pytorch-export/resnet18_qdq.onnx",
  "resnet18_in.npy": "pytorch-export/resnet18_in.npy",
  "resnet18_expected.npy": "pytorch-export/resnet18_out_ort_all.npy",
  "cifar10.npy": "../data/cifar10-perf200/cifar10_perf200_u8_nhwc.npy",
  "cat.npy": "../data/images/cat_224_u8_nhwc.npy",
  "imagenet_labels.txt": "../data/imagenet_labels.txt",
};

/** A command and what it should print. */
export interface Shown {
  readonly line: number;
  readonly command: string;
  readonly output: readonly string[];
  readonly varies: boolean;
}

/** A part of a document, in order: a file that it shows, or commands with their output. */
export type Part =
  | { readonly kind: "file"; readonly name: string; readonly content: string }
  | { readonly kind: "commands"; readonly shown: readonly Shown[] };

/** The documents of this repository that show commands or files. */
export const documents: readonly string[] = ["README.md", ...["docs", "examples", "bench", "native"].flatMap(docsIn)];

function docsIn(dir: string): string[] {
  const { status, stdout } = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", dir], {
    cwd: root,
    encoding: "utf8",
  });
  return status === 0 ? stdout.split("\n").filter((f) => f.endsWith(".md") && existsSync(path.join(root, f))) : [];
}

export const readDocument = (name: string): string => readFileSync(path.join(root, name), "utf8");

/** The parts of a document's text. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  const block = /^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm;
  for (let m = block.exec(text); m; m = block.exec(text)) {
    const [, language, info, content] = m;
    const line = text.slice(0, m.index).split("\n").length + 1;
    if (language === "console")
      parts.push({ kind: "commands", shown: shownIn(content, line, info.includes("varies")) });
    else {
      const name = /^(?:\/\/|#|<!--) ([\w.-]+\.\w+)(?: -->)?$/m.exec(content.split("\n")[0])?.[1];
      if (name) parts.push({ kind: "file", name, content });
    }
  }
  return parts;
}

function shownIn(content: string, first: number, varies: boolean): Shown[] {
  const shown: { line: number; command: string; output: string[]; varies: boolean }[] = [];
  for (const [i, text] of content.trimEnd().split("\n").entries()) {
    if (text.startsWith("$ ")) shown.push({ line: first + i, command: text.slice(2), output: [], varies });
    else if (shown.length === 0) throw new Error(`line ${first + i}: a console block begins with "$ command"`);
    else shown[shown.length - 1].output.push(text);
  }
  return shown;
}

/** The third-party file, or the browser, that a document's commands want and this machine lacks, if there is one. */
export function missingFixture(text: string): string | undefined {
  if (/^\$ npm run screenshots/m.test(text) && !chromium) return "Chromium";
  const models = modelsDir();
  return Object.entries(fixtures).find(
    ([name, at]) => text.includes(name) && !(models && existsSync(path.join(models, at))),
  )?.[0];
}

/** Whether a command serves until it is stopped. */
export const serves = ({ output }: Shown): boolean => output.some((line) => line.includes("Ctrl-C stops"));

/**
 * A folder in which a document's commands run: the models that it names, `qjit` on the path, and the package to import. `npm run`
 * does all of a script but to build, since other tests stand on what is built, and nothing opens a browser.
 */
export class Shell {
  readonly dir = mkdtempSync(path.join(tmpdir(), "qjit-docs-"));
  readonly #bin = path.join(this.dir, ".bin");

  constructor(text: string) {
    mkdirSync(this.#bin);
    this.#script(
      "qjit",
      `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(path.join(root, "dist/cli/main.js"))} "$@"`,
    );
    // The real one asks the registry first.
    this.#script("npx", 'exec "$@"');
    this.#script("npm", npmRun);
    for (const opener of ["open", "xdg-open"]) this.#script(opener, "exit 0");
    mkdirSync(path.join(this.dir, "node_modules"));
    symlinkSync(root, path.join(this.dir, "node_modules/qjit"));
    for (const [name, at] of Object.entries(fixtures))
      if (text.includes(name)) symlinkSync(path.resolve(modelsDir()!, at), path.join(this.dir, name));
  }

  write(name: string, content: string): void {
    writeFileSync(path.join(this.dir, name), content);
  }

  /** Runs a command line. Returns what it prints, without empty lines at the end. */
  run(command: string): string[] {
    const options = { ...this.#options, encoding: "utf8", maxBuffer: 2 ** 26, timeout: 110_000 } as const;
    const { stdout, error } = spawnSync("bash", ["-c", `{ ${command}\n} 2>&1`], options);
    if (error) throw error;
    return linesOf(stdout);
  }

  /** Runs a server until it says where it is, fetches its page, and stops it as Ctrl-C does. Returns what it prints. */
  async serve(command: string): Promise<{ readonly lines: string[]; readonly page: string }> {
    const server = spawn("bash", ["-c", `exec 2>&1\n${command}`], { ...this.#options, detached: true });
    let text = "";
    const ended = new Promise<void>((done) => server.once("close", () => done()));
    try {
      await new Promise<void>((done) => {
        server.once("close", () => done());
        server.stdout.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
          if (/Ctrl-C stops\)?\n/.test(text)) done();
        });
      });
      const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(text)?.[0];
      if (!url || server.exitCode !== null) throw new Error(`${command} serves nothing: ${text}`);
      const answer = await fetch(url);
      const page = `${answer.status} ${await answer.text()}`;
      process.kill(-server.pid!, "SIGINT");
      await ended;
      return { lines: linesOf(text), page };
    } finally {
      if (server.exitCode === null && server.signalCode === null) process.kill(-server.pid!, "SIGKILL");
    }
  }

  get #options() {
    const env = { ...process.env, PATH: `${this.#bin}:${process.env.PATH}`, NO_COLOR: "1", NODE_NO_WARNINGS: "1" };
    return { cwd: this.dir, env };
  }

  #script(name: string, body: string): void {
    const file = path.join(this.#bin, name);
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
  }
}

/** `npm run NAME -- ARGUMENTS` as npm does it, in the root, but for builds. */
const npmRun = `
[ "$1" = run ] || exit 64
name=$2; shift 2; [ "$1" = -- ] && shift
script=$(node -p 'require(process.argv[1]).scripts[process.argv[2]].replace("npm run build && ", "")' ${JSON.stringify(path.join(root, "package.json"))} "$name") || exit 1
export INIT_CWD="$PWD"
cd ${JSON.stringify(root)} && eval "exec $script "$@""
`;

const linesOf = (text: string): string[] =>
  text
    .trimEnd()
    .split("\n")
    .map((l) => l.trimEnd());

/**
 * A line without what varies: measured numbers, kernels and instructions that the engine decides, what kernels ask for, widths of
 * columns. Which of two equal steps is the slowest is decided by chance.
 */
const plain = (line: string, varies: boolean): string => {
  const engine = line
    .replace(/\w+__(?:wasm\w+|scalar|avx\w+|neon\w*)/g, "KERNEL")
    .replace(/\b(?:simd128|relaxed)\b/g, "LEVEL")
    .replace(/^slowest step: \S+,/, "slowest step: NAME,");
  const text = varies
    ? engine.replace(/-?\d[\d.]*(?:e[-+]?\d+)?/g, "0").replace(/ (?:const|kept|scratch)(?: 0\+0)+/g, "")
    : engine;
  return /^KERNEL 0 /.test(text.replace(/ +/g, " ")) ? "KERNEL" : text.replace(/ +/g, " ").trim();
};

/** Lines without what varies; how many kernels of a table there are varies too. */
const plainLines = (lines: readonly string[], varies: boolean): string[] =>
  lines.map((line) => plain(line, varies)).filter((line, i, all) => line !== "KERNEL" || all[i - 1] !== "KERNEL");

/** Whether lines are as shown. */
export function matches(shown: readonly string[], found: readonly string[], varies: boolean): boolean {
  return fits(plainLines(shown, varies), plainLines(found, varies));
}

function fits([head, ...rest]: readonly string[], found: readonly string[]): boolean {
  if (head === undefined) return found.length === 0 || (found.length === 1 && found[0] === "");
  if (head === "...") {
    for (let skip = 0; skip <= found.length; skip++) if (fits(rest, found.slice(skip))) return true;
    return false;
  }
  return found.length > 0 && head === found[0] && fits(rest, found.slice(1));
}

/** A document with the outputs that were found in place of those shown. */
export function updated(text: string, outputs: ReadonlyMap<number, readonly string[]>): string {
  const lines = text.split("\n");
  for (const [line, output] of [...outputs].sort((a, b) => b[0] - a[0])) {
    let end = line;
    while (lines[end] !== undefined && !lines[end].startsWith("$ ") && lines[end] !== "```") end++;
    lines.splice(line, end - line, ...output);
  }
  return lines.join("\n");
}

export const pathOf = (name: string): string => path.join(root, name);
