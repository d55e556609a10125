/** Imported before the canvas: its fonts must not depend on the machine, so it may not load the system's. */
import process from "node:process";

process.env["DISABLE_SYSTEM_FONTS_LOAD"] = "1";
