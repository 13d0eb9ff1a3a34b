/** `qjit bisect`: which rewrite or which kernel makes a back end's bytes differ from the interpreter's on the graph as it was imported. */
import { probeEngine } from "../../runtime/probe.ts";
import { hostTarget } from "../codegen/build.ts";
import { ArgumentError, ModelError } from "../errors.ts";
import { type Backend, nativeBackend, wasmBackend } from "../inspect/backends.ts";
import type { Finding, StepFault, Suspect } from "../inspect/bisect.ts";
import { type BisectResult, bisect as search } from "../inspect/bisect.ts";
import { type Difference, positionText } from "../inspect/difference.ts";
import { nativeAddon } from "../native-program.ts";
import { ruleText } from "./dump-passes.ts";
import { exitBad, exitDone } from "./failure.ts";
import { during, type Io, Progress, styled } from "./io.ts";
import { graphInputs, loadGraph } from "./model.ts";
import { type BackendOption, type ImportOptions, loadOptions } from "./options.ts";
import { bindInputs, type InputOption } from "./ports.ts";

/** Options of `qjit bisect`. */
export interface BisectOptions extends ImportOptions {
  readonly backend: BackendOption;
  readonly input?: readonly InputOption[];
  readonly seed: number;
  readonly tries: number;
  readonly json?: boolean;
}

/** Searches and reports. Code 1 if something differs. */
export async function bisect(path: string, options: BisectOptions, io: Io): Promise<number> {
  const warnings: string[] = [];
  const onWarning = (message: string) => {
    warnings.push(message);
    io.err(`warning: ${message}\n`);
  };
  const graph = await during(io, `reading ${path}`, () => loadGraph(path, loadOptions(options, onWarning)));
  const backends = await backendsOf(options.backend, onWarning);
  const progress = new Progress(io);
  let seed = options.seed;
  let result: BisectResult;
  try {
    for (let left = options.tries; ; seed++) {
      const inputs = await bindInputs(graphInputs(graph), options.input ?? [], seed);
      const random = inputs.filter((i) => i.from.startsWith("random")).map((i) => i.name);
      if (random.length) io.err(`random inputs, seed ${seed}: ${random.join(", ")}\n`);
      const onRun = (what: string) => progress.step(() => `running: ${what}`);
      result = await search(
        graph,
        inputs.map((i) => i.data),
        backends,
        { onRun },
      );
      progress.done();
      if (isFaulty(result) || --left === 0 || random.length === 0) break;
    }
  } finally {
    progress.done();
  }
  const stuck = result.backends.find((b) => b.error !== undefined);
  if (stuck && options.backend !== "auto") throw new ModelError(path, `cannot run on ${stuck.backend}: ${stuck.error}`);
  if (options.json) {
    const { rewrites, rules } = result;
    io.out(
      `${JSON.stringify({ model: path, seed, rewrites, rules, backends: result.backends, warnings }, replacer, 2)}\n`,
    );
  } else report(path, result, seed, io);
  return isFaulty(result) ? exitBad : exitDone;
}

const replacer = (_: string, value: unknown) => (typeof value === "bigint" ? Number(value) : value);

const isFaulty = ({ rules, backends }: BisectResult): boolean =>
  rules.error !== undefined || [rules, ...backends].some((f) => f.difference);

/** The back ends to ask: `auto` is every one that this machine has, wasm at each level; `native` is each instruction set. */
async function backendsOf(backend: BackendOption, onWarning: (message: string) => void): Promise<Backend[]> {
  const found: Backend[] = [];
  if (backend === "wasm" || backend === "auto") {
    const best = hostTarget("auto");
    found.push(wasmBackend(best));
    if (best.level !== "simd128" && probeEngine().simd) found.push(wasmBackend(hostTarget("simd128")));
  }
  if (backend === "native") {
    const levels = process.env.QJIT_ISA ? [process.env.QJIT_ISA] : (await nativeAddon()).levels;
    for (const level of [...levels].reverse()) found.push(await nativeBackend(level));
  }
  if (backend === "auto") {
    try {
      found.push(await nativeBackend());
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      onWarning(`not on the native back end: ${error.got}`);
    }
  }
  return found;
}

/** The findings as text. */
export function report(path: string, { rewrites, rules, backends }: BisectResult, seed: number, io: Io): void {
  const good = (text: string) => styled(io, "green", text);
  const bad = (text: string) => styled(io, "red", text);
  const line = (head: string, text: string) => io.out(`  ${head.padEnd(20)}  ${text}\n`);
  io.out(`${path}: ${rewrites} rewrites, seed ${seed}\n`);
  const nameOf = ({ backend, level }: Finding) => [backend, level].filter(Boolean).join(" ");
  const rulesName = "interpreter";
  if (rules.error !== undefined) line(rulesName, `${bad("passes fail")}: ${rules.error.split("\n")[0]}`);
  else if (rules.difference)
    line(
      rulesName,
      `${bad("differs")} after the passes in output ${differs(rules.difference.output, rules.difference)}`,
    );
  else line(rulesName, good("same bytes before and after the passes"));
  if (rules.rewrite) line("", `first wrong rewrite: ${rewriteText(rules.rewrite)}`);
  if (rules.rewrite?.number !== undefined)
    line(
      "",
      `see it: qjit dump ${path} --fuel ${rules.rewrite.number} --after ${rules.rewrite.pass} --print-after-all --diff`,
    );
  for (const f of backends) {
    if (f.error !== undefined) line(nameOf(f), `cannot run this model: ${f.error}`);
    else if (!f.difference) line(nameOf(f), good("same bytes"));
    else {
      line(nameOf(f), `${bad("differs")} in output ${differs(f.difference.output, f.difference)}`);
      if (f.step) line("", stepText(f.step));
      line("", f.rewrite ? `only since rewrite ${rewriteText(f.rewrite)}` : "also without any rewrite that takes fuel");
    }
  }
}

const rewriteText = (s: Suspect): string => `${ruleText(s)} in ${s.pass}`;

const differs = (what: string, d: Difference): string =>
  `${what}: ${d.count} of ${d.size} values, the first at ${d.first}: wants ${d.wanted}, found ${d.found}`;

function stepText(s: StepFault): string {
  const where = positionText(s.first, s.shape);
  const values = `${s.count} of ${s.size} values, the first at ${where}: wants ${s.wanted}, found ${s.found}`;
  const why = s.damaged
    ? `; its operand %${s.damaged} was overwritten before`
    : s.together
      ? "; right by itself, so memory is shared wrongly"
      : "";
  return `first wrong step: %${s.step} ${s.op} by ${s.kernel}: ${values}${why}`;
}
