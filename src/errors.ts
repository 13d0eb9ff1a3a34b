/** Everything this package throws on purpose. Catch this to tell a wrong call or file from a bug. */
export class QjitError extends Error {
  override name = "QjitError";
}

/** Wrong use of an API: which argument, what was wanted, what came; `where` says which call, if that is known. */
export class ArgumentError extends QjitError {
  override name = "ArgumentError";
  readonly argument: string;
  readonly wanted: string;
  readonly got: string;

  constructor(argument: string, wanted: string, got: unknown, where?: string) {
    const text = describe(got);
    super(`${where === undefined ? "" : `${where}: `}${argument}: wanted ${wanted}, got ${text}`);
    this.argument = argument;
    this.wanted = wanted;
    this.got = text;
  }
}

/** A bad model or input file: where in it (a node, a tensor, a header), and what is wrong there. */
export class ModelError extends QjitError {
  override name = "ModelError";
  readonly where: string;

  constructor(where: string, message: string) {
    super(`${where}: ${message}`);
    this.where = where;
  }
}

/** A value as an error message shows it: text as it is, numbers in full, long lists cut, other objects by class. */
function describe(value: unknown): string {
  if (typeof value === "string") return value;
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map(describe).join(", ");
    return value.length > 8 ? `[${shown}, ... ${value.length} in all]` : `[${shown}]`;
  }
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name}(${(value as Uint8Array).length ?? value.byteLength})`;
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) {
    const name = value.constructor?.name;
    return !name || name === "Object" ? "an object" : name;
  }
  return String(value);
}
