/** The command line's shape: commands, arguments, options, help. What they do stands in commands/. */
import { Command } from "commander";
import type { ExitCode } from "./exit.ts";
import {
  compareOption,
  dataOption,
  jobsOption,
  jsonOption,
  junitOption,
  onlyOption,
  outOption,
  quietOption,
  runOutOption,
  seedOption,
  seedsOption,
  summaryOption,
  toleranceOption,
  traceOption,
  traceRunOption,
  verboseOption,
} from "./options.ts";
import type { Terminal } from "./terminal.ts";
import { VERSION } from "./version.ts";

const EXAMPLES = `
Examples:
  wherewhen list                              what there is to reproduce
  wherewhen run freshen/fig-4.6               one figure, into results/
  wherewhen run my-scenario.yaml --seeds 5    a scenario of your own
  wherewhen reproduce --only 'freshen/*'      every figure of a chapter
  wherewhen compare                           each published number beside the reproduced one
  wherewhen new freshen/transfer > mine.yaml  a commented scenario to start from
  wherewhen iron metrics DIR                  source metrics of designs before and after

Exit codes:
  0 ok   1 unexpected   2 usage   3 invalid scenario   4 a claim out of tolerance
  5 a run failed, the others finished   6 a number changed (--compare)   130 interrupted`;

/** Builds the program; `ended` receives each command's exit code. */
export function program(terminal: Terminal, ended: (code: ExitCode) => void): Command {
  const root = new Command("wherewhen")
    .description(
      "Reproduces the evaluation of a dissertation on optimizing computing systems in space and time:\n" +
        "freshen, Escra, LD-NR with DiNOS, and the IRON extensions, on one simulated substrate.",
    )
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .configureOutput({
      writeOut: (text) => terminal.data(text),
      writeErr: (text) => terminal.alert(text.trimEnd()),
      // Help is plain; asking for colours would read half a dozen environment variables.
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showSuggestionAfterError()
    .exitOverride();

  const action =
    <A extends unknown[]>(run: (...args: A) => Promise<ExitCode>) => async (...args: A) => {
      ended(await run(...args));
    };

  root.command("list")
    .description("list scenarios, or with --experiments the experiments they can use")
    .option(
      "--experiments",
      "list experiments with their columns (wherewhen new has their parameters)",
    )
    .addOption(onlyOption()).addOption(jsonOption())
    .action(
      action(async (options) => (await import("./commands/list.ts")).list(terminal, options)),
    );

  root.command("check")
    .description("check scenarios without running them")
    .argument("[scenario...]", "files, folders or ids (default: all)")
    .addOption(dataOption()).addOption(jsonOption()).addOption(quietOption())
    .action(
      action(async (names, options) =>
        (await import("./commands/check.ts")).check(terminal, names, options)
      ),
    );

  root.command("run")
    .description("run scenarios: CSV, PNG, SVG and manifest into --out")
    .argument("<scenario...>", "files, folders or ids")
    .addOption(runOutOption()).addOption(jobsOption())
    .addOption(seedsOption()).addOption(seedOption()).addOption(dataOption())
    .addOption(compareOption()).addOption(toleranceOption())
    .addOption(junitOption()).addOption(summaryOption())
    .option("--force", "run again although results are up to date")
    .option("--print", "print the CSV on stdout instead of writing files")
    .addOption(traceOption()).addOption(traceRunOption())
    .addOption(jsonOption()).addOption(quietOption()).addOption(verboseOption())
    .action(
      action(async (names, options) =>
        (await import("./commands/run.ts")).run(terminal, names, options)
      ),
    );

  root.command("reproduce")
    .description("run every scenario that ships with wherewhen and write COMPARISON.md")
    .addOption(onlyOption()).addOption(outOption()).addOption(jobsOption())
    .addOption(seedsOption()).addOption(seedOption())
    .option("--force", "run again although results are up to date")
    .addOption(jsonOption()).addOption(quietOption()).addOption(verboseOption())
    .action(
      action(async (options) =>
        (await import("./commands/reproduce.ts")).reproduce(terminal, options)
      ),
    );

  root.command("compare")
    .description("print each claim: published, reproduced, met or not")
    .argument("[scenario...]", "files, folders or ids (default: all)")
    .addOption(onlyOption()).addOption(outOption()).addOption(dataOption())
    .option("--markdown", "print Markdown")
    .addOption(jsonOption())
    .action(
      action(async (names, options) =>
        (await import("./commands/compare.ts")).compare(terminal, names, options)
      ),
    );

  root.command("plot")
    .description("draw figures again from CSVs that are there")
    .argument("<scenario...>", "files, folders or ids")
    .option("--csv <file>", "draw this CSV instead of the one in --out (one scenario only)")
    .option("--animate", "an animated PNG instead: one frame per facet of a heat map")
    .addOption(outOption()).addOption(dataOption()).addOption(jsonOption()).addOption(quietOption())
    .action(
      action(async (names, options) =>
        (await import("./commands/plot.ts")).plot(terminal, names, options)
      ),
    );

  root.command("schema")
    .description("print the JSON Schema of scenarios, for editors")
    .action(action(async () => (await import("./commands/schema.ts")).schema(terminal)));

  root.command("new")
    .description("print a commented scenario to start from")
    .argument("<experiment>", "an experiment's id; wherewhen list --experiments names them")
    .option("--id <id>", "id of the new scenario (default: my/<experiment's name>)")
    .option("-w, --write <file>", "write it there instead of printing it; never over a file")
    .action(
      action(async (experiment, options) =>
        (await import("./commands/new.ts")).newScenario(terminal, experiment, options)
      ),
    );

  root.command("iron")
    .description("work with IRON designs: wherewhen iron metrics measures their source")
    .command("metrics")
    .description(
      "measure designs before and after: lines of code (pygount, radon) and Halstead's measures",
    )
    .argument(
      "[dir]",
      "folder with before/ and after/ (or iron/ and iron_ext/): Python or TypeScript",
    )
    .option("--before <folder>", "folder of the first version, in DIR")
    .option("--after <folder>", "folder of the second version, in DIR")
    .option(
      "-o, --out <dir>",
      "also write Table 7.1, Figures 7.4 and 7.5 as CSV, PNG and SVG there",
    )
    .option("--csv", "print every measure as CSV, which iron/source-metrics reads as `measured`")
    .addOption(jsonOption()).addOption(quietOption())
    .action(
      action(async (dir, options) =>
        (await import("./commands/iron.ts")).ironMetrics(terminal, dir, options)
      ),
    );

  const freshen = root.command("freshen").description("tools around chapter 4's primitive");
  freshen.command("infer")
    .description("print a JavaScript handler with its inferred freshen hook and wrappers")
    .argument("<file>", "the handler's source")
    .option(
      "--handler <name>",
      "the exported function (default: handler, main or the default export)",
    )
    .option(
      "--traces <file>",
      "recorded accesses, one JSON object a line: see src/freshen/README.md",
    )
    .option("-w, --write <file>", "write the result there, and its source map beside it")
    .addOption(jsonOption())
    .action(
      action(async (file, options) =>
        (await import("./commands/freshen.ts")).infer(terminal, file, options)
      ),
    );

  root.command("completions")
    .description("print a completion script for your shell")
    .argument("<shell>", "bash, zsh or fish")
    .action(
      action(async (shell) =>
        (await import("./commands/completions.ts")).completions(terminal, shell, root)
      ),
    );

  pointToHelp(root);
  return root;
}

/** After an error of its arguments or options each command names its own help. */
function pointToHelp(command: Command, parents = ""): void {
  const name = `${parents}${command.name()}`;
  command.showHelpAfterError(`${name} --help has its arguments and options.`);
  for (const inner of command.commands) pointToHelp(inner, `${name} `);
}
