#!/usr/bin/env -S deno run --allow-all
/** The command line's entry: `wherewhen <command>`. */
import process from "node:process";
import { main } from "./src/cli/main.ts";

process.exitCode = await main(process.argv.slice(2));
