/** Where in the user's program an op was called: the first stack frame that is not qjit's own. */

/** The folder of qjit's sources or of the published files, as it stands in stack frames. */
const own = rootOf(import.meta.url);

/** `.../src/` of `.../src/trace/source.ts`, `.../dist/lib/` of a file there; a file that is neither is all that there is of qjit. */
function rootOf(url: string): string {
  return pathOf(url.replace(/(src\/)trace\/[^/]*$|(dist\/lib\/)[^/]*$/, "$1$2"));
}

/** A frame's file as a path: `file:///a/b.ts` and `/a/b.ts` are the same file. */
function pathOf(file: string): string {
  if (!file.startsWith("file://")) return file;
  const path = decodeURIComponent(file.slice("file://".length));
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
}

/** `file:line:column` of the caller outside qjit, or undefined where stack traces do not tell. */
export function userSource(): string | undefined {
  // The frames of nested modules come before the user's, so the usual limit of 10 is too low. Not every engine has it.
  const errors = Error as { stackTraceLimit?: number };
  const limit = errors.stackTraceLimit;
  if (limit !== undefined) errors.stackTraceLimit = 60;
  const { stack } = new Error();
  if (limit !== undefined) errors.stackTraceLimit = limit;
  for (const line of stack?.split("\n").slice(1) ?? []) {
    const frame = /(?:\(|at (?:async )?|@)((?:file:\/\/|https?:\/\/|[A-Za-z]:[\\/]|\/)[^()]*?):(\d+):(\d+)\)?$/.exec(
      line.trim(),
    );
    if (!frame) continue;
    const file = pathOf(frame[1]);
    if (!file.replaceAll("\\", "/").startsWith(own)) return `${file}:${frame[2]}:${frame[3]}`;
  }
  return undefined;
}
