/** The script of a worker of a page or of Bun. */
import { type Port, serve } from "./serve.ts";

serve(globalThis as unknown as Port);
