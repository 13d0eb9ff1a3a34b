/** Weights of 8 bits in the constants that kernels read as 16: a module with half the bytes, extended once. */
import { Func } from "./asm.ts";

/**
 * The name of a function (from, to, blocks, constants, weights: i32) that copies blocks of so many bytes of constants and so
 * many bytes of signed weights, a multiple of 8, the weights extended to 16 bits; added to the module at first use.
 */
export function expandFunction(within: Func): string {
  const name = "expand.weights";
  const { b, m } = within;
  if (m.getFunction(name)) return name;
  const { i32, v128 } = m;
  const f = new Func(b, m, name, 5);
  const [from, to, blocks, constants, weights] = f.params;
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
          f.do(v128.store(0, 16, f.get(to), v128.load8x8_s(0, 8, f.get(from))));
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
