/** Runs the command line within the test's process, in a folder of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { main } from "../../src/cli/program.ts";

/** What a command line left behind. */
export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `qjit ...argv`. */
export async function qjit(argv: readonly string[], surroundings: Partial<Io> = {}): Promise<Result> {
  let out = "";
  let err = "";
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      // Machines without the addon say so; what else a command says is what these tests are about.
      if (!text.startsWith("warning: not on the native back end")) err += text;
    },
    outIsTerminal: false,
    errIsTerminal: false,
    env: {},
    ...surroundings,
  };
  const code = await main(argv, io);
  return { code, out, err };
}

const made: string[] = [];
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

/** A fresh folder that is removed after the tests of this file. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "qjit-cli-"));
  made.push(dir);
  return dir;
}

/** Writes a file and returns its path. */
export function put(dir: string, name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

/** A small network: a convolution with its bias, requantized, then relu; and the input plus 3 in float. */
export const small = `func @small(%image: i8[1,4,4,2]<0.02:-128>, %t: f32[2]) {profile="tflite"} {
  %w: i8[3,3,3,2]<#conv1.w @0> = const(value=data)
  %b: i32[3]<0.02 * #conv1.w @0> = const(value=[1, -2, 3])
  %acc: i32[1,4,4,3]<0.02 * #conv1.w @3> = conv2d(%image, %w, bias=%b, pad=[1, 1, 1, 1])
  %q: i8[1,4,4,3]<0.03:-12> = requantize(%acc, by=q31_double(#q.rescale), clamp=[-128, 127])
  %y: i8[1,4,4,3]<0.03:-12> = clamp(%q, range=[-12, 127])
  %three: f32[] = const(value=[3])
  %sum: f32[2] = binary(%t, %three, fn=add)
  return %y as "the result", %sum
}

#conv1.w = [0.0041, 0.0038, 0.0052]
#q.rescale = [1503238554:-8, 1073741824:-8, 1073741824:-9]

data %w = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2"
`;
