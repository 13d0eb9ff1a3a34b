/** The script of a worker of a page, of Deno or of Bun. */
import { type Port, serve } from "./serve.ts";

serve(globalThis as unknown as Port);
