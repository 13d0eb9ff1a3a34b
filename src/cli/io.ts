/** Where a command reads its surroundings and writes its text. Tests pass their own. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Whether each stream is a terminal that someone looks at. */
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The surroundings of this process. A reader that closes the pipe early (`| head`) ends the command quietly. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit();
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    env: process.env,
  };
}

/** Terminal styles by their SGR codes. */
const styles = { bold: [1, 22], dim: [2, 22], red: [31, 39], yellow: [33, 39], green: [32, 39] } as const;

export type Style = keyof typeof styles;

/** Text for stdout in a style, where that is a terminal and NO_COLOR is not set (https://no-color.org). */
export function styled(io: Io, style: Style, text: string): string {
  if (!io.outIsTerminal || io.env.NO_COLOR || io.env.TERM === "dumb") return text;
  const [on, off] = styles[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}

/**
 * A line on stderr that says what takes long: shown on a terminal, not in CI, and cleared by `done`. Work that reports its steps
 * shows them once a second has passed; work that cannot, because it blocks, says so when it begins.
 */
export class Progress {
  readonly #io: Io;
  readonly #start = performance.now();
  #shownAt = Number.NEGATIVE_INFINITY;
  #shown = false;

  constructor(io: Io) {
    this.#io = io;
  }

  /** States work that nothing is heard of until it is done. */
  begin(text: string): void {
    if (!this.#quiet) this.#show(text);
  }

  /** States the step that begins now. Cheap enough for every node of a graph. */
  step(text: () => string): void {
    if (this.#quiet) return;
    const now = performance.now();
    if (now - this.#start < 1000 || now - this.#shownAt < 100) return;
    this.#show(text());
  }

  get #quiet(): boolean {
    return !this.#io.errIsTerminal || Boolean(this.#io.env.CI) || this.#io.env.TERM === "dumb";
  }

  #show(text: string): void {
    this.#shownAt = performance.now();
    this.#shown = true;
    this.#io.err(`\r\x1b[K${text}`);
  }

  done(): void {
    if (this.#shown) this.#io.err("\r\x1b[K");
    this.#shown = false;
  }
}

/** Says on a terminal what is being done while it is done. */
export async function during<T>(io: Io, text: string, work: () => T | Promise<T>): Promise<T> {
  const progress = new Progress(io);
  progress.begin(text);
  try {
    return await work();
  } finally {
    progress.done();
  }
}

/** The same surroundings, in which what is written clears a line of progress first. */
export function overProgress(io: Io): Io {
  const clear = "\r\x1b[K";
  let shown = false;
  const clean = () => {
    if (shown) io.err(clear);
    shown = false;
  };
  return {
    ...io,
    out: (text) => {
      clean();
      io.out(text);
    },
    err: (text) => {
      if (text.startsWith(clear)) shown = text !== clear;
      else clean();
      io.err(text);
    },
  };
}

/** Rows as text in aligned columns; `right` holds the columns that align right. Styles are applied to whole cells. */
export function table(
  rows: readonly (readonly string[])[],
  options: { right?: readonly number[]; style?: (row: number, column: number, cell: string) => string } = {},
): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, c) => {
      widths[c] = Math.max(widths[c] ?? 0, cell.length);
    });
  const lines = rows.map((row, r) =>
    row
      .map((cell, c) => {
        const text = options.style?.(r, c, cell) ?? cell;
        const space = " ".repeat(widths[c] - cell.length);
        return options.right?.includes(c) ? space + text : text + space;
      })
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}
