/** docs/cli.md: what `qjit COMMAND --help` prints, for every command. */
import type { Io } from "../src/cli/io.ts";
import { main } from "../src/cli/program.ts";

async function help(argv: readonly string[]): Promise<string> {
  let text = "";
  const io: Io = {
    out: (t) => void (text += t),
    err: (t) => void (text += t),
    outIsTerminal: false,
    errIsTerminal: false,
    env: {},
  };
  await main([...argv, "--help"], io);
  return text.trimEnd();
}

const fenced = (text: string): string => `\`\`\`text\n${text}\n\`\`\`\n`;

/** The page's text. */
export async function cliDoc(): Promise<string> {
  const whole = await help([]);
  const commands = [...whole.matchAll(/^ {2}(\w+) (?:\[|<)/gm)].map((m) => m[1]).filter((name) => name !== "help");
  const parts = await Promise.all(commands.map(async (name) => `## qjit ${name}\n\n${fenced(await help([name]))}`));
  return `# Command line

Generated from \`qjit --help\`; \`npx vitest run test/docs -u\` writes it. [guide.md](guide.md) shows the commands at work.

MODEL is a \`.onnx\`, \`.tflite\`, \`.qir\` or compiled \`.wasm\` file. \`--json\` prints one object on stdout and nothing else there; progress (on a terminal, not in CI), notes and
warnings go to stderr. Colours are for terminals, and not where \`NO_COLOR\` is set. A word that does not exist is answered with the closest one that does.

| exit code | |
|---|---|
| 0 | done |
| 1 | the model or an input is bad, the machine lacks what was asked for, or \`bisect\` or \`compare\` found bytes that differ |
| 2 | the command line is bad |

| variable | |
|---|---|
| \`QJIT_DEBUG=1\` | shows where an error comes from |
| \`QJIT_NATIVE=off\` | does without the native back end |
| \`QJIT_ISA=avx2\` | instruction set of native kernels |
| \`QJIT_REVEC=1\` | lets V8 make 256-bit vectors of WebAssembly (Node 24 and later, x86-64) |
| \`NO_COLOR=1\` | no colours |
| \`CI=1\` | no progress |

## What --json holds

Shapes are lists, quantizers are objects or null, times are milliseconds, \`warnings\` is always a list of lines. Decibels are null where there is no error at all.

| command | fields |
|---|---|
| \`run\` | \`model\`, \`backend\`, \`level\`, \`profile\`, \`inputs\` (name, shape, dtype, quantizer, \`from\`), \`outputs\` (name, shape, dtype, quantizer, \`file\`), \`ms\` |
| \`compile\` | \`model\`, \`name\`, \`level\`, \`files\` (\`file\`, \`bytes\`), \`arenaBytes\`, \`ms\` |
| \`check\` | \`model\`, \`profile\`, \`inputs\`, \`outputs\`, \`nodes\`, \`ops\`, \`parameters\`, \`parameterBytes\`, \`macs\`, \`arenaBytes\`, \`unsupported\`, \`floatMeantInteger\` |
| \`bench\` | \`medianMs\`, \`minMs\`, \`maxMs\`, \`spreadMs\` (between the quartiles), \`loadMs\`, \`compileMs\`, \`firstRunMs\`, \`engine\`, \`cpu\`, \`threads\`; with \`--profile\` \`steps\` (name, op, kernel, ms, share, macs, bytes) and \`kernels\` |
| \`bisect\` | \`rewrites\`, \`seed\`, \`rules\` and \`backends\`: findings with \`difference\` (output, count, first, wanted, found), \`rewrite\` (pass, rule, at, number) and \`step\` (step, op, kernel) where something differs |
| \`compare\` | \`kind\`: \`models\` has \`layers\` (\`accumulated\` and \`isolated\` figures), \`outputs\`, \`firstPoor\` (the first layer below 20 dB), \`unmatched\`, \`unmatchedReference\`, \`keepInFloat\`, \`reading\`; \`backends\` has \`steps\` and \`firstDivergence\`; \`outputs\` has \`values\` and \`firstDivergence\` |
| \`ops\` | \`ops\`: everything that the declarations state |

The JSON form of a graph is [dump-schema.md](dump-schema.md)'s.

${fenced(whole)}
${parts.join("\n")}`;
}
