/** The arrays that programs take and fill. */
import { ArgumentError } from "./errors.ts";
import type { Port } from "./ir/state.ts";
import { sizeOf, storages, type TypedArray } from "./ir/type.ts";

/** Row-major values for the inputs: in their order, or by name. */
export type Inputs = readonly TypedArray[] | Readonly<Record<string, TypedArray>>;

/** The error of a call after `dispose`. */
export const disposed = () => new ArgumentError("program", "one that is not disposed", "a disposed one");

/** What a run gives, in the caller's arrays if there are any; they are checked before the run. */
export function filled(
  into: readonly TypedArray[] | undefined,
  ports: readonly Port[],
  run: () => TypedArray[],
): TypedArray[] {
  const wanted = into && arraysOf(into, ports, "outputs");
  const results = run();
  if (!wanted) return results;
  for (const [i, array] of wanted.entries()) array.set(results[i] as never);
  return wanted;
}

/** The given arrays in the order of the ports. Throws ArgumentError naming the input or output that does not fit. */
export function arraysOf(given: Inputs, ports: readonly Port[], what: "inputs" | "outputs"): TypedArray[] {
  if (typeof given !== "object" || given === null)
    throw new ArgumentError(what, "a list of typed arrays, or a record of them by name", given);
  const list = Array.isArray(given) ? (given as readonly TypedArray[]) : undefined;
  if (list && list.length !== ports.length) throw new ArgumentError(what, `${ports.length} arrays`, list.length);
  const names = ports.map((p) => p.name);
  const extra = list ? undefined : Object.keys(given).find((name) => !names.includes(name));
  if (extra !== undefined) throw new ArgumentError(what, `the names ${names.join(", ")}`, extra);
  return ports.map(({ name, type }, i) => {
    const array = list ? list[i] : (given as Readonly<Record<string, TypedArray>>)[name];
    const wanted = storages[type.storage].array;
    const size = sizeOf(type.shape);
    if (array?.constructor !== wanted || array.length !== size)
      throw new ArgumentError(`${what}.${name}`, `a ${wanted.name} of ${size} values`, array ?? "nothing");
    return array;
  });
}
