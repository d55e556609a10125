#!/usr/bin/env -S deno run --allow-all
/** The command line's entry: `wherewhen <command>`. */
import process from "node:process";
import { main } from "./src/cli/main.ts";

const code = await main(process.argv.slice(2));
// Output that cannot be written has set one of its own.
process.exitCode ||= code;
