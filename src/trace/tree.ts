/** Nested arrays and records of tensors: what functions that are traced take and give. */

export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** A leaf with the keys that lead to it. */
export interface Leaf<T> {
  readonly path: readonly string[];
  readonly value: T;
}

/** The leaves in order. What is neither a leaf nor an array nor a plain record is given to `reject`, which throws. */
export function leavesOf<T>(
  tree: unknown,
  isLeaf: (value: unknown) => value is T,
  reject: (value: unknown, path: readonly string[]) => never,
  path: readonly string[] = [],
): Leaf<T>[] {
  if (isLeaf(tree)) return [{ path, value: tree }];
  if (Array.isArray(tree)) return tree.flatMap((v, i) => leavesOf(v, isLeaf, reject, [...path, String(i)]));
  if (isRecord(tree)) return Object.entries(tree).flatMap(([k, v]) => leavesOf(v, isLeaf, reject, [...path, k]));
  return reject(tree, path);
}

/** The same structure with its leaves replaced in order. */
export function rebuild<T, U>(tree: unknown, isLeaf: (value: unknown) => value is T, next: (leaf: T) => U): unknown {
  if (isLeaf(tree)) return next(tree);
  if (Array.isArray(tree)) return tree.map((v) => rebuild(v, isLeaf, next));
  return Object.fromEntries(Object.entries(tree as object).map(([k, v]) => [k, rebuild(v, isLeaf, next)]));
}

/** An object literal, not an instance of a class. */
export const isRecord = (v: unknown): v is Record<string, unknown> =>
  typeof v === "object" && v !== null && [Object.prototype, null].includes(Object.getPrototypeOf(v));
