import { afterEach, expect, test, vi } from "vitest";
import { during, type Io, overProgress, Progress, table } from "../../src/cli/io.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** A progress line on a clock that the test sets. */
function progress(errIsTerminal: boolean, env: Io["env"] = {}) {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const written: string[] = [];
  const io: Io = {
    out: () => {},
    err: (text) => written.push(text),
    outIsTerminal: false,
    errIsTerminal,
    env,
  };
  const line = new Progress(io);
  const at = (ms: number, text: string) => {
    now = ms;
    line.step(() => text);
  };
  return { line, at, written };
}

test("progress shows on a terminal after a second, at most ten times a second, and clears itself", () => {
  const { line, at, written } = progress(true);
  at(999, "early");
  at(1000, "one");
  at(1050, "too soon");
  at(1100, "two");
  line.done();
  line.done();
  expect(written).toEqual(["\r\x1b[Kone", "\r\x1b[Ktwo", "\r\x1b[K"]);
});

test("progress is for terminals, and for work that takes a second", () => {
  const elsewhere = progress(false);
  elsewhere.at(5000, "x");
  elsewhere.line.done();
  expect(elsewhere.written).toEqual([]);
  const short = progress(true);
  short.at(10, "x");
  short.line.done();
  expect(short.written).toEqual([]);
});

test("work that blocks says so at once, but not in CI", () => {
  const { line, written } = progress(true);
  line.begin("reading");
  line.done();
  expect(written).toEqual(["\r\x1b[Kreading", "\r\x1b[K"]);
  for (const quiet of [progress(true, { CI: "true" }), progress(true, { TERM: "dumb" }), progress(false)]) {
    quiet.line.begin("reading");
    quiet.at(5000, "x");
    expect(quiet.written).toEqual([]);
  }
});

test("what is written clears a line of progress first", async () => {
  let screen = "";
  const write = (text: string) => void (screen += text);
  const io = overProgress({ out: write, err: write, outIsTerminal: true, errIsTerminal: true, env: {} });
  await during(io, "working", () => io.err("warning: w\n"));
  io.out("result\n");
  expect(screen).toBe("\r\x1b[Kworking\r\x1b[Kwarning: w\n\r\x1b[Kresult\n");
});

test("a table's columns align, whatever its cells are wrapped in", () => {
  const rows = [
    ["a", "bb", "c"],
    ["aaa", "b", ""],
  ];
  const style = (_r: number, c: number, cell: string) => (c === 0 ? `<${cell}>` : cell);
  expect(table(rows, { right: [1], style })).toBe("<a>    bb  c\n<aaa>   b\n");
});
