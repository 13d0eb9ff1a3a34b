/** What the README shows is what happens: its TypeScript example runs, and its commands exist. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test, vi } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { main } from "../../src/cli/program.ts";

const root = path.resolve(import.meta.dirname, "../..");
const readme = readFileSync(path.join(root, "README.md"), "utf8");

test("the tracing example runs eagerly, traced and compiled to the same integers", async () => {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  const dir = mkdtempSync(path.join(tmpdir(), "qjit-readme-"));
  const file = path.join(dir, "example.ts");
  writeFileSync(file, code.replace('from "qjit"', `from ${JSON.stringify(path.join(root, "src/index.ts"))}`));
  const lines: unknown[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    log.mockRestore();
    rmSync(dir, { recursive: true, force: true });
  }
  const [eager, graph, compiled] = lines as [string, string, unknown];
  expect(eager).toContain("tensor([[0.9600, 0.0000]], size=(1, 2), dtype=torch.quint8,");
  expect(graph).toContain("%relu: u8[1,2]<0.02d:100> = clamp(%linear, range=[100, 255])");
  expect(compiled).toEqual([Uint8Array.of(148, 100)]);
});

test("every qjit command that the README names has help", async () => {
  const commands = new Set([...readme.matchAll(/(?:^\$ npx |^|`)qjit (\w+)/gm)].map((m) => m[1]));
  expect([...commands].sort()).toEqual(["bench", "check", "compile", "dump", "run", "view"]);
  for (const command of commands) {
    let out = "";
    const io: Io = {
      out: (text) => void (out += text),
      err: () => {},
      outIsTerminal: false,
      errIsTerminal: false,
      env: {},
    };
    expect(await main([command, "--help"], io), command).toBe(0);
    expect(out, command).toContain("Examples:");
  }
});
