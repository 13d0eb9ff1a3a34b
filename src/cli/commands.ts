/** Each command's arguments, options and help. The work is in `run.ts`, `compile.ts`, ... */
import { type Command, Option } from "commander";
import type { Io } from "./io.ts";
import { backendOptions, backends, choice, fileName, importOptions, inputOptions, integer } from "./options.ts";

/** Receives a command's exit code. */
type Finish = (code: number) => void;

const modelHelp = "a .onnx, .tflite, .qir or compiled .wasm file";
const graphHelp = "a .onnx, .tflite or .qir file";

export function addRun(program: Command, io: Io, finish: Finish): void {
  const command = program.command("run").description("Run a model once on given or random inputs.");
  command.argument("<MODEL>", modelHelp);
  backendOptions(inputOptions(importOptions(command)))
    .option("--output-dir <DIR>", "write out0.npy, out1.npy, ... there, in graph order")
    .option("--labels <FILE>", "names of the classes, one per line, for the summary")
    .option("--json", "print one JSON object and nothing else on stdout")
    .addHelpText(
      "after",
      `
Inputs are .npy files of the input's own type: raw integers, or float32 for a float input. What is not given is
drawn from a seeded generator.

Examples:
  $ qjit run mobilenet.tflite --input 0=cat.npy --labels imagenet.txt
  $ qjit run model.qir --backend interpreter --output-dir expected
  $ qjit run dist/model.wasm --seed 7 --json`,
    )
    .action(async (model: string) => {
      finish(await (await import("./run.ts")).run(model, command.opts(), io));
    });
}

export function addCompile(program: Command, io: Io, finish: Finish): void {
  const command = program.command("compile").description("Compile a model to a .wasm file with a loader.");
  command.argument("<MODEL>", graphHelp);
  importOptions(command)
    .requiredOption("-o, --output-dir <DIR>", "folder that gets NAME.wasm, NAME.mjs and NAME.d.mts")
    .addOption(
      choice("--features <LEVEL>", "WebAssembly instructions to use", ["simd128", "relaxed", "auto", "all"]).default(
        "simd128",
      ),
    )
    .option("--threads", "also write what it takes to run on several threads, or in a worker")
    .option("--name <NAME>", "name of the files (default: the model's file name)", fileName)
    .option("--page", "also write NAME.html, one page that runs the model in a browser, from the file")
    .option("--json", "print one JSON object and nothing else on stdout")
    .addHelpText(
      "after",
      `
simd128 runs on every engine with WebAssembly SIMD. relaxed is faster, on engines like this machine's. auto writes
both, the relaxed one as NAME.relaxed.wasm, if this machine's engine has relaxed SIMD. all writes a module for every
engine, whatever this machine's is: NAME.unsigned.wasm (x86 with VNNI), NAME.signed.wasm (Arm) and NAME.wasm. The loader
tries out the engine and takes what fits; results are the same on all of them.

With --threads the loader takes load(undefined, { threads: 4 }) and load(undefined, { worker: true }) too. It adds
NAME.threads.wasm, whose threads share memory, NAME.threads.mjs and NAME.worker.mjs; pages have to be cross-origin isolated.

Examples:
  $ qjit compile mobilenet.tflite -o dist
  $ qjit compile mobilenet.tflite -o dist --features all --threads --name classifier
  $ qjit compile mobilenet.tflite -o dist --page && open dist/mobilenet.html`,
    )
    .action(async (model: string) => {
      finish(await (await import("./compile.ts")).compile(model, command.opts(), io));
    });
}

export function addDump(program: Command, io: Io, finish: Finish): void {
  const command = program.command("dump").description("Print a model's graph, before or after compiler passes.");
  command.argument("<MODEL>", graphHelp);
  importOptions(command)
    .option("--after <PASS>", "run the passes up to and including this one")
    .addOption(new Option("--before <PASS>", "run the passes that come before this one").conflicts("after"))
    .option("--print-after-all", "print the graph after each pass that changes it, with the rules it applied")
    .option("--diff", "print only the lines that changed: pass by pass with --print-after-all, else all together")
    .option("--node <NAME>", "print what became of the values whose names contain this, pass by pass")
    .option("--from <PASS>", "start with this pass, for a .qir that was dumped after the one before")
    .option(
      "--fuel <N>",
      "stop after N rewrites, each of which is logged; passes that back ends cannot do without run in any case",
      integer(0, 2 ** 31 - 1),
    )
    .addOption(
      new Option(
        "--plan",
        "print the plan for this machine's engine instead: kernel calls, constants, arena",
      ).conflicts(["before", "after", "printAfterAll", "diff", "node"]),
    )
    .addOption(choice("--format <FORMAT>", "form of the output", ["text", "json", "dot", "html"]).default("text"))
    .option(
      "--data",
      "keep long constants (the default of one text; --print-after-all leaves them out, other forms have statistics of them)",
    )
    .option("--no-data", "leave out long constants; the text cannot be parsed back")
    .option("--profile", "json and html: also measure the time of each step, on random inputs")
    .option("-o, --output <FILE>", "json, dot and html: write a file instead")
    .addHelpText(
      "after",
      `
Without an option that names passes, the graph is printed as it was imported. The text is a .qir file, which every
command takes as MODEL. --from, --before or --after, and --fuel say which passes run; --print-after-all, --diff and --node
say how they are shown. They combine. The forms json and html hold all of it: the graph after each of the passes, the rules
applied, quantizers, statistics of constants, and the plan (docs/dump-schema.md). html is a page that draws it and needs
nothing else; dot is the last graph for Graphviz. The passes, in order:
  foldConstants canonicalize cancelTransposes shareEqual cancelConversions sinkRequantize tabulate
  fusePad lower fuseRequantize fuseClamp fuseResidual fuseTable

Examples:
  $ qjit dump model.tflite | head -40
  $ qjit dump model.tflite --after fuseClamp > fused.qir && qjit run fused.qir
  $ qjit dump model.tflite --print-after-all --diff
  $ qjit dump model.tflite --node relu
  $ qjit dump fused.qir --from fuseResidual --fuel 3
  $ qjit dump model.tflite --format html --profile -o model.html
  $ qjit dump model.tflite --format dot | dot -Tsvg > model.svg`,
    )
    .action(async (model: string) => {
      finish(await (await import("./dump.ts")).dump(model, command.opts(), io));
    });
}

export function addView(program: Command, io: Io, finish: Finish): void {
  const command = program.command("view").description("Show a model in the explorer, in a browser on this machine.");
  command.argument("<MODEL>", graphHelp);
  importOptions(command)
    .option("--port <N>", "port to serve at (default: one that is free)", integer(1, 65535), 0)
    .option("--open", "open the page in the system's browser")
    .option("--no-profile", "do not measure the time of each step first")
    .addHelpText(
      "after",
      `
Prints the page's address and serves it, on 127.0.0.1 only, until Ctrl-C. The page shows the graph after each pass and
what changed, quantizers, weights, the kernels chosen and why, their time, and the memory plan; ? lists its keys.
\`qjit dump MODEL --format html -o FILE\` writes the same page to a file.

Examples:
  $ qjit view model.tflite --open
  $ qjit view model.onnx --shape input=1x3x224x224 --port 8080`,
    )
    .action(async (model: string) => {
      finish(await (await import("./view.ts")).view(model, command.opts(), io));
    });
}

export function addCheck(program: Command, io: Io, finish: Finish): void {
  const command = program.command("check").description("Say for every node how it will run, and what is unsupported.");
  command.argument("<MODEL>", graphHelp);
  importOptions(command)
    .option("--strict", "fail if anything runs in float that the file means as integers")
    .option("--json", "print one JSON object and nothing else on stdout")
    .addHelpText(
      "after",
      `
Examples:
  $ qjit check model.tflite
  $ qjit check model.tflite --strict --json`,
    )
    .action(async (model: string) => {
      finish(await (await import("./check.ts")).check(model, command.opts(), io));
    });
}

export function addBench(program: Command, io: Io, finish: Finish): void {
  const command = program.command("bench").description("Time a model.");
  command.argument("<MODEL>", modelHelp);
  backendOptions(inputOptions(importOptions(command)))
    .option("--runs <N>", "timed runs", integer(1, 1_000_000), 50)
    .option("--warmup <N>", "runs before them that are not counted", integer(0, 1_000_000), 10)
    .option("--profile", "time each step, and print a table of the steps and one of the kernels")
    .option("--trace <FILE>", "time each step, and write a trace for Perfetto or chrome://tracing")
    .option("--json", "print one JSON object and nothing else on stdout")
    .addHelpText(
      "after",
      `
Examples:
  $ qjit bench model.tflite
  $ qjit bench model.tflite --profile --trace trace.json
  $ qjit bench model.tflite --backend interpreter --runs 3 --warmup 1
  $ qjit bench dist/model.wasm --json`,
    )
    .action(async (model: string) => {
      finish(await (await import("./bench.ts")).bench(model, command.opts(), io));
    });
}

export function addBisect(program: Command, io: Io, finish: Finish): void {
  const command = program
    .command("bisect")
    .description("Find the first rewrite or kernel after which bytes differ from the interpreter's.");
  command.argument("<MODEL>", graphHelp);
  inputOptions(importOptions(command))
    .addOption(
      choice(
        "--backend <NAME>",
        "what to suspect; auto is all that there is, interpreter only the rewrites",
        backends,
      ).default("auto"),
    )
    .option("--tries <N>", "sets of random inputs to try until one differs", integer(1, 1_000_000), 1)
    .option("--json", "print one JSON object and nothing else on stdout")
    .addHelpText(
      "after",
      `
The graph as it was imported, run by the interpreter, is what is right. A rewrite is named by its pass, rule, value and
number, as in dump --fuel; a kernel by its step. wasm stands for each level that this engine has, native for each
instruction set that this CPU has. Exit code 1 says that something differs.

Examples:
  $ qjit bisect model.tflite
  $ qjit bisect model.tflite --backend native --input 0=photo.npy
  $ qjit bisect model.onnx --tries 20 --json`,
    )
    .action(async (model: string) => {
      finish(await (await import("./bisect.ts")).bisect(model, command.opts(), io));
    });
}

export function addCompare(program: Command, io: Io, finish: Finish): void {
  const command = program
    .command("compare")
    .description("Say layer by layer how far a model is from its float twin, other back ends or another framework.");
  const backend = (flag: string, what: string) => choice(`${flag} <NAME>`, what, ["wasm", "native", "interpreter"]);
  command
    .argument("<A>", graphHelp)
    .argument("[B]", "the reference: a model with the same inputs and outputs, a .npy file or a folder of them");
  inputOptions(importOptions(command))
    .option("--inputs <DIR>", "samples: a folder of .npy files, or one file with many")
    .option("--samples <N>", "samples to use at most", integer(1, 1_000_000), 20)
    .addOption(backend("--backend-a", "without B: what runs the model (default: wasm)"))
    .addOption(backend("--backend-b", "without B: what it is compared with (default: interpreter)"))
    .option("--histogram", "also print each layer's differences in steps of its quantizer (LSB)")
    .option("--json", "print one JSON object and nothing else on stdout")
    .addHelpText(
      "after",
      `
With a model as B, each layer is compared with the layer of the same name (or the same operator, shape and order, marked
~): SQNR in dB, cosine, differences in LSB, values at the ends of the range and beyond it; ALONE is the layer's own error,
when it gets the reference's inputs. With .npy files as B: out0.npy, or files called by an output or a layer. Without B
the model is compared with itself on two back ends, which must agree in every bit; exit code 1 says that they do not.
Files of an input's own type hold stored values, files of other types hold real numbers. A sample after another along the
first axis.

Examples:
  $ qjit compare int8.tflite float.tflite --inputs samples
  $ qjit compare model.onnx expected.npy --input 0=photo.npy
  $ qjit compare model.tflite --backend-a native --backend-b wasm --samples 3`,
    )
    .action(async (a: string, b: string | undefined) => {
      finish(await (await import("./compare.ts")).compare(a, b, command.opts(), io));
    });
}

export function addOps(program: Command, io: Io, finish: Finish): void {
  const command = program.command("ops").description("Print the table of ops, generated from their declarations.");
  command
    .argument("[OP]", "one op, in full")
    .option("--json", "print one JSON object and nothing else on stdout")
    .addHelpText(
      "after",
      `
Examples:
  $ qjit ops
  $ qjit ops conv2d
  $ qjit ops --json`,
    )
    .action(async (op: string | undefined) => {
      finish(await (await import("./ops.ts")).listOps(op, command.opts(), io));
    });
}
