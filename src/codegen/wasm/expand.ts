/** Weights of 8 bits in the constants that kernels read as 16: a module with half the bytes, extended once. */
import { Func } from "./asm.ts";

/**
 * The name of a function (from, to, blocks, constants, weights, plus: i32) that copies blocks of so many bytes of constants
 * and so many bytes of signed weights, a multiple of 8, the weights extended to 16 bits and `plus` added to each; added to the
 * module at first use.
 */
export function expandFunction(within: Func): string {
  const name = "expand.weights";
  const { b, m } = within;
  if (m.getFunction(name)) return name;
  const { i32, v128 } = m;
  const f = new Func(b, m, name, 6);
  const [from, to, blocks, constants, weights, plus] = f.params;
  const more = f.let(b.v128, m.i16x8.splat(f.get(plus)));
  const move = (by: number | undefined): void => {
    for (const at of [from, to]) {
      if (by === undefined) f.set(at, i32.add(f.get(at), f.get(constants)));
      else f.add(at, at === from ? by : 2 * by);
    }
  };
  f.doWhile(
    () => {
      f.do(m.memory.copy(f.get(to), f.get(from), f.get(constants)));
      move(undefined);
      const left = f.let(b.i32, i32.shr_u(f.get(weights), i32.const(3)));
      f.doWhile(
        () => {
          f.do(v128.store(0, 16, f.get(to), m.i16x8.add(v128.load8x8_s(0, 8, f.get(from)), f.get(more))));
          move(8);
        },
        () => f.countDown(left),
      );
    },
    () => f.countDown(blocks),
  );
  f.end();
  return name;
}
