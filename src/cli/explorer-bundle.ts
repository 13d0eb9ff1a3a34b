/** The explorer's page as the build bundled it. */
import { readFileSync } from "node:fs";
import { QjitError } from "../errors.ts";
import type { Bundle } from "../explorer/html.ts";

/** Beside the bundled command; for the sources, in dist; for these as the TypeScript compiler wrote them. */
const places = ["explorer/", "../../dist/cli/explorer/", "../../cli/explorer/"];

/** Reads the bundle. Throws QjitError if the package was not built. */
export function readBundle(): Bundle {
  for (const place of places) {
    try {
      const read = (name: string) => readFileSync(new URL(place + name, import.meta.url), "utf8");
      return { script: read("explorer.js"), style: read("explorer.css") };
    } catch {
      // Not there: the other place.
    }
  }
  throw new QjitError("the explorer's page is not built; wants npm run build");
}
