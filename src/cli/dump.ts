/** `qjit dump`: a model's graph as text or JSON. */
import { print } from "../ir/print.ts";
import { exitDone } from "./failure.ts";
import { graphJson } from "./graph-json.ts";
import type { Io } from "./io.ts";
import { loadGraph } from "./model.ts";
import type { ImportOptions } from "./options.ts";

/** Options of `qjit dump`. */
export interface DumpOptions extends ImportOptions {
  readonly format: "text" | "json";
  readonly data: boolean;
}

/** Prints a model's graph. */
export async function dump(path: string, options: DumpOptions, io: Io): Promise<number> {
  const onWarning = (message: string) => io.err(`warning: ${message}\n`);
  const graph = await loadGraph(path, { numerics: options.numerics, shapes: options.shape, onWarning });
  if (options.format === "json") {
    io.out(`${JSON.stringify(graphJson(graph, options), null, 2)}\n`);
    return exitDone;
  }
  // Base64 of weights fills a terminal; whoever saves or pipes the text needs it.
  const elide = options.data && io.outIsTerminal;
  const text = print(graph, { data: options.data && !elide });
  io.out(text);
  if (elide && /= const\(value=data\)/.test(text)) {
    io.err("note: long constants are left out on a terminal; redirect the output to get text that parses back\n");
  }
  return exitDone;
}
