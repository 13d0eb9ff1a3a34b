/** `qjit dump --format json|dot|html`: the whole way of a model through the compiler as one document. */
import { basename, dirname } from "node:path";
import { hostTarget } from "../codegen/build.ts";
import { collect, withProfile } from "../explorer/collect.ts";
import type { DumpDocument } from "../explorer/document.ts";
import { toDot } from "../explorer/dot.ts";
import { toHtml } from "../explorer/html.ts";
import { documentJson } from "../explorer/json.ts";
import { randomValues } from "../inspect/random.ts";
import type { Graph } from "../ir/graph.ts";
import type { PassesToRun } from "./dump-passes.ts";
import { readBundle } from "./explorer-bundle.ts";
import { inModel } from "./failure.ts";
import { writeAll } from "./files.ts";
import { type Io, Progress } from "./io.ts";
import { graphInputs } from "./model.ts";

/** What a document is made of besides the graph. */
export interface DocumentOptions {
  /** Keep the values of all constants. */
  readonly data?: boolean;
  /** Measure the steps' times, on random inputs. */
  readonly profile?: boolean;
  readonly warnings: readonly string[];
}

const profileRuns = { runs: 30, warmup: 5 };

/** Runs the passes, plans for this machine's engine and, if asked to, measures. Throws ModelError. */
export async function documentOf(
  path: string,
  graph: Graph,
  passes: PassesToRun | undefined,
  options: DocumentOptions,
  io: Io,
): Promise<DumpDocument> {
  const progress = new Progress(io);
  try {
    const { document } = await inModel(path, () =>
      collect(graph, {
        passes,
        target: hostTarget(),
        file: basename(path),
        data: options.data,
        warnings: options.warnings,
        onPass: (name) => progress.step(() => `passes: ${name}`),
      }),
    );
    if (!options.profile || !document.plan) return document;
    progress.step(() => "measuring");
    const { profile } = await import("../inspect/profile.ts");
    const inputs = graphInputs(graph).map((p, i) => randomValues(p.type, 0, i));
    const steps = await inModel(path, () => profile(graph, inputs, profileRuns));
    const engine = `Node ${process.version}, V8 ${process.versions.v8}`;
    return withProfile(document, { engine, runs: profileRuns.runs, steps });
  } finally {
    progress.done();
  }
}

/** Prints a document, or writes it into a file. */
export async function writeDocument(
  document: DumpDocument,
  { format, output }: { format: "json" | "dot" | "html"; output?: string },
  io: Io,
): Promise<void> {
  const text =
    format === "json" ? documentJson(document) : format === "dot" ? toDot(document) : toHtml(document, readBundle());
  if (output === undefined) {
    io.out(text);
    return;
  }
  const [path] = await writeAll(dirname(output), [{ name: basename(output), content: text }]);
  io.out(`wrote ${path}\n`);
}
