#!/usr/bin/env node
/** The `qjit` command. */
import { processIo } from "./io.ts";
import { main } from "./program.ts";

// The code is set, not exited with, so that what is written to a pipe arrives in full.
process.exitCode = await main(process.argv.slice(2), processIo());
