/** The command line: what commands and options there are. Each command's work is in a file of its own, loaded when it is called. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addBench, addBisect, addCheck, addCompare, addCompile, addDump, addOps, addRun, addView } from "./commands.ts";
import { exitDone, exitUsage, report } from "./failure.ts";
import { type Io, overProgress } from "./io.ts";

/** Runs one command line (without `node qjit`). Returns the exit code: 0 done, 1 bad model or input, 2 bad command line. */
export async function main(argv: readonly string[], surroundings: Io): Promise<number> {
  const io = overProgress(surroundings);
  let code = exitDone;
  const program = new Command("qjit")
    .description(
      "Compiler for quantized (int8) neural networks: one small WebAssembly module, the same bits everywhere.",
    )
    .version(version())
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showSuggestionAfterError()
    .addHelpText("after", examples);
  for (const add of [addRun, addCompile, addDump, addView, addCheck, addBench, addBisect, addCompare, addOps]) {
    add(program, io, (result) => {
      code = result;
    });
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    // Commander has written its message (or the help that was asked for) by now.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitDone : exitUsage;
    return report(error, io);
  }
}

const examples = `
Examples:
  $ qjit run model.tflite --input 0=photo.npy --labels labels.txt
  $ qjit compile model.tflite -o dist
  $ qjit dump model.tflite --print-after-all | less
  $ qjit check model.tflite --strict

Exit codes: 0 done, 1 the model or an input is bad, 2 the command line is bad.
QJIT_DEBUG=1 shows where an error comes from.`;

/** The version in package.json, which is a folder higher in src/ than in dist/. */
function version(): string {
  for (const up of ["../../package.json", "../../../package.json"]) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), "utf8"));
      if (name === "qjit") return version;
    } catch {
      // Not there: the other place.
    }
  }
  return "unknown";
}
