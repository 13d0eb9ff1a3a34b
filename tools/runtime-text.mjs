/**
 * For esbuild: compiled models get functions of the runtime as text. A bundle would have renamed them, so it gets the text as it is,
 * from the sources as the TypeScript compiler wrote them.
 */
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../dist");

export const runtimeAsText = {
  name: "runtime-as-text",
  setup: (build) =>
    build.onLoad({ filter: /[\\/]loader-parts\.ts$/ }, async () => {
      const parts = await import(pathToFileURL(path.join(dist, "src/codegen/loader-parts.js")).href);
      return {
        contents: Object.entries(parts)
          .map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};`)
          .join("\n"),
        loader: "js",
      };
    }),
};
