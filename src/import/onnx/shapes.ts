/** Shapes of the graph's inputs: as the file states them, its open dimensions bound by the caller. */
import { ModelError } from "../../errors.ts";
import { shapeOf } from "./elements.ts";
import type { Message } from "./schema.ts";

type Shapes = Readonly<Record<string, readonly number[]>>;

const fail = (where: string, message: string): never => {
  throw new ModelError(where, message);
};

/**
 * The sizes of dimensions that the file names, from shapes that were stated for inputs, sizes that were stated for the names
 * themselves, and, for first dimensions that nobody stated, a batch of 1. One name is one size in all of the inputs.
 */
export class InputShapes {
  readonly #stated: Shapes;
  readonly #sizes = new Map<string, number>();

  /** Throws ModelError for a stated name that is neither an input nor a dimension, and where two sizes meet in one name. */
  constructor(inputs: readonly Message<"ValueInfo">[], stated: Shapes) {
    this.#stated = stated;
    const names = inputs.map((i) => i.name);
    const dims = inputs.map((i) => i.type?.tensorType?.shape?.dim ?? []);
    const symbols = [...new Set(dims.flat().map((d) => d.dimParam))].filter((s) => s !== "");
    for (const [name, shape] of Object.entries(stated)) {
      if (names.includes(name)) continue;
      const open = symbols.length ? `, the open dimensions ${symbols.join(", ")}` : "";
      if (!symbols.includes(name)) fail(`input ${name}`, `does not exist; the inputs are ${names.join(", ")}${open}`);
      if (shape.length !== 1) fail(`dimension ${name}`, `wants one size, found [${shape}]`);
      this.#sizes.set(name, shape[0]);
    }
    inputs.forEach(({ name }, k) => {
      const shape = Object.hasOwn(stated, name) ? stated[name] : undefined;
      if (shape?.length !== dims[k].length) return;
      dims[k].forEach(({ dimParam }, i) => {
        if (dimParam === "") return;
        const known = this.#sizes.get(dimParam);
        if (known !== undefined && known !== shape[i])
          fail(`input ${name}`, `wants ${known} elements in dimension ${i} (${dimParam}), found ${shape[i]}`);
        this.#sizes.set(dimParam, shape[i]);
      });
    });
    for (const [first] of dims) {
      if (first && first.dimParam !== "" && !this.#sizes.has(first.dimParam)) this.#sizes.set(first.dimParam, 1);
    }
  }

  /** The shape of an input. Throws ModelError where a dimension stays open or a stated one contradicts the file. */
  of(name: string, { shape }: Message<"TensorType">): number[] {
    const where = `input ${name}`;
    const stated = Object.hasOwn(this.#stated, name) ? this.#stated[name] : undefined;
    if (!shape) return stated ? [...stated] : fail(where, "has no shape; state one (shapes option)");
    if (stated && stated.length !== shape.dim.length) {
      fail(where, `wants a shape of ${shape.dim.length} dimensions, found [${stated}]`);
    }
    const dims = shape.dim.map(({ dimValue, dimParam }, i): bigint => {
      // A dimension of 0 without a name is open too where a size is stated for it.
      if (dimParam === "" && (dimValue !== 0n || !stated)) {
        if (stated && Number(dimValue) !== stated[i])
          fail(where, `has ${dimValue} elements in dimension ${i}, not ${stated[i]}`);
        return dimValue;
      }
      const size = dimParam === "" ? stated![i] : this.#sizes.get(dimParam);
      return BigInt(size ?? fail(where, `leaves dimension ${i} open (${dimParam}); state a shape (shapes option)`));
    });
    return shapeOf(dims, where);
  }
}
