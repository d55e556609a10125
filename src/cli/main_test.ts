import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { inFolder, wherewhen } from "./testing.ts";

const SMALL = `id: my/quick
title: A quick one
experiment: hardware/cpu-quota
hardware: two-core-vm
parameters: { trace: jobs.csv, threads: 1, phases: 1 }
sweep: { quota: [20ms, 50ms] }
figure: { kind: bars, x: { column: quota_ms, label: Quota, unit: ms }, y: { column: mean_ms, label: Mean response, unit: ms } }
claims:
  - id: more-is-faster
    says: A larger quota answers sooner
    published: "yes"
    kind: ordering
    measure: SELECT max(mean_ms) FILTER (WHERE quota_ms = 50) <= max(mean_ms) FILTER (WHERE quota_ms = 20) FROM result
    basis: predicted
`;
const JOBS = Array.from({ length: 40 }, (_, i) => `${i * 12},${3 + i % 5}`).join("\n") + "\n";

function place(folder: string, text = SMALL): string {
  writeFileSync(join(folder, "jobs.csv"), JOBS);
  const file = join(folder, "quick.yaml");
  writeFileSync(file, text);
  return file;
}

Deno.test("list prints every shipped scenario, as text and as JSON", async () => {
  const text = await wherewhen("list");
  assert.equal(text.code, 0);
  assert.match(text.out, /^freshen\/fig-4\.6 +freshen\/transfer +\S/m);
  const json = JSON.parse((await wherewhen("list", "--json")).out);
  assert.ok(json.some((s: { id: string }) => s.id === "validation/linux-tcp"));
  assert.equal((await wherewhen("list", "--only", "validation/*")).out.includes("freshen"), false);
});

Deno.test("a wrong command line is exit code 2 with a suggestion", async () => {
  const command = await wherewhen("runn");
  assert.equal(command.code, 2);
  assert.match(command.err, /unknown command 'runn'[\s\S]*did you mean run/i);
  const option = await wherewhen("run", "freshen/fig-4.6", "--jbos", "2");
  assert.equal(option.code, 2);
  const number = await wherewhen("run", "freshen/fig-4.6", "--jobs", "none");
  assert.equal(number.code, 2);
  assert.match(number.err, /number of workers from 1 to/);
  const id = await wherewhen("run", "freshen/fig-4.7");
  assert.equal(id.code, 2);
  assert.match(id.err, /did you mean "freshen\/fig-4\.\d"/);
  assert.match((await wherewhen("run", "freshen/")).err, /did you mean "freshen\/\*"\?/);
});

Deno.test("a command line with a mistake names the nearest thing, or the help to look into", async () => {
  const told = async (...args: string[]) => {
    const { code, err } = await wherewhen(...args);
    assert.equal(code, 2, err);
    return err;
  };
  assert.match(await told("run"), /missing required argument 'scenario'\nwherewhen run --help/);
  assert.match(
    await told("iron", "metrics", "--ot", "x"),
    /--out\?\)\nwherewhen iron metrics --help/,
  );
  assert.match(await told("check", "freshn/*"), /did you mean "freshen\/\*"\?/);
  assert.match(await told("freshen", "infer", "no.js"), /handler no\.js: there is no such file/);
});

Deno.test("help and version are data on stdout, exit code 0", async () => {
  const help = await wherewhen("--help");
  assert.equal(help.code, 0);
  assert.match(help.out, /Exit codes:/);
  assert.ok(help.out.split("\n").length <= 50, "help fits one screen");
  assert.match((await wherewhen("--version")).out, /^\d+\.\d+\.\d+\n$/);
});

Deno.test("check names file, line and column, and exits with 3", async () => {
  await inFolder(async (folder) => {
    const file = place(folder, SMALL.replace("threads: 1", "thread: 1"));
    const { code, err } = await wherewhen("check", file);
    assert.equal(code, 3);
    assert.match(err, /did you mean "threads"/);
    assert.match(err, /quick\.yaml:5:32/);
    assert.match(err, /\^{6}/);
    assert.deepEqual(readdirSync(folder).sort(), ["jobs.csv", "quick.yaml"]);
  });
});

Deno.test("run refuses every scenario when one is invalid", async () => {
  await inFolder(async (folder) => {
    place(folder);
    writeFileSync(join(folder, "wrong.yaml"), "id: [\n");
    const { code, err } = await wherewhen("run", folder, "--out", join(folder, "out"));
    assert.equal(code, 3);
    assert.match(err, /nothing was run/);
    assert.equal(existsSync(join(folder, "out")), false);
  });
});

Deno.test("run writes CSV, pictures and manifest, then says that they are up to date", async () => {
  await inFolder(async (folder) => {
    const file = place(folder);
    const out = join(folder, "out");
    const first = await wherewhen("run", file, "--out", out, "--jobs", "1", "--force");
    assert.equal(first.code, 0, first.err);
    assert.match(first.err, /1 of 1 claims met/);
    const files = readdirSync(join(out, "my")).filter((name) => !name.includes("runlog"));
    assert.deepEqual(files.sort(), ["quick.csv", "quick.manifest.json", "quick.png", "quick.svg"]);
    const csv = readFileSync(join(out, "my", "quick.csv"), "utf8");
    assert.match(csv, /^quota_ms,jobs,mean_ms/);
    assert.equal(csv.trim().split("\n").length, 3);

    const second = await wherewhen("run", file, "--out", out);
    assert.match(second.err, /up to date/);
    const other = await wherewhen(
      "run",
      file,
      "--out",
      join(folder, "two"),
      "--jobs",
      "2",
      "--force",
    );
    assert.equal(other.code, 0, other.err);
    assert.equal(readFileSync(join(folder, "two", "my", "quick.csv"), "utf8"), csv);

    writeFileSync(file, SMALL.replace("50ms]", "60ms]").replaceAll("= 50", "= 60"));
    const third = await wherewhen("run", file, "--out", out);
    assert.match(third.err, /changed/);
  });
});

Deno.test("run --print gives the CSV on stdout and writes nothing", async () => {
  await inFolder(async (folder) => {
    const file = place(folder);
    const { code, out } = await wherewhen("run", file, "--print", "--quiet", "--jobs", "1");
    assert.equal(code, 0);
    assert.match(out, /^quota_ms,jobs,mean_ms/);
    assert.deepEqual(readdirSync(folder).sort(), ["jobs.csv", "quick.yaml"]);
  });
});

Deno.test("run --trace follows one run into a Perfetto file and touches no result", async () => {
  await inFolder(async (folder) => {
    const file = place(folder);
    const path = join(folder, "trace.json");
    const { code, err } = await wherewhen("run", file, "--trace", path, "--trace-run", "2");
    assert.equal(code, 0, err);
    assert.match(err, /quota_ms=50/);
    const { traceEvents } = JSON.parse(readFileSync(path, "utf8"));
    const events = traceEvents as { ph: string; name: string }[];
    assert.ok(events.some((e) => e.ph === "X" && e.name.startsWith("worker")));
    assert.deepEqual(readdirSync(folder).sort(), ["jobs.csv", "quick.yaml", "trace.json"]);
    assert.equal((await wherewhen("run", file, "--trace", path, "--trace-run", "3")).code, 2);
    const nowhere = await wherewhen("run", file, "--trace", join(folder, "no", "t.json"));
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.err, /cannot write/);
  });
});

Deno.test("a claim out of tolerance is exit code 4, unless its finding is on record", async () => {
  await inFolder(async (folder) => {
    const wrong = SMALL.replace("<=", ">");
    const args = ["--out", join(folder, "out"), "--jobs", "1"];
    assert.equal((await wherewhen("run", place(folder, wrong), ...args)).code, 4);
    assert.equal(
      (await wherewhen("compare", join(folder, "quick.yaml"), ...args.slice(0, 2))).code,
      4,
    );
    const never = await wherewhen("compare", join(folder, "quick.yaml"), "--out", folder);
    assert.equal(never.code, 5, "what was never run is not compared, and no success");
    assert.match(
      never.err,
      /no current result of my\/quick in \S+; make it first: wherewhen run \S+quick/,
    );
    const known = wrong + "    finding: The load is light, so the quota never binds.\n";
    assert.equal((await wherewhen("run", place(folder, known), ...args)).code, 0);
    const shown = await wherewhen("compare", join(folder, "quick.yaml"), ...args.slice(0, 2));
    assert.equal(shown.code, 0);
    assert.match(shown.out, /not met[\s\S]*finding: The load is light/);
  });
});

Deno.test("an output folder that cannot be written is said before any run", async () => {
  await inFolder(async (folder) => {
    const file = place(folder);
    writeFileSync(join(folder, "taken"), "a file");
    const { code, err } = await wherewhen("run", file, "--out", join(folder, "taken"));
    assert.equal(code, 2);
    assert.match(err, /taken/);
    assert.doesNotMatch(err, /1\/2/);
  });
});

Deno.test("plot draws again from the CSV that is there", async () => {
  await inFolder(async (folder) => {
    const file = place(folder);
    const out = join(folder, "out");
    const missing = await wherewhen("plot", file, "--out", out);
    assert.equal(missing.code, 5);
    assert.match(missing.err, /run the scenario first/);
    mkdirSync(join(out, "my"), { recursive: true });
    writeFileSync(join(out, "my", "quick.csv"), "quota_ms,mean_ms\n20,5\n50,3\n");
    const drawn = await wherewhen("plot", file, "--out", out);
    assert.equal(drawn.code, 0, drawn.err);
    assert.ok(existsSync(join(out, "my", "quick.png")));
  });
});

Deno.test("new prints a scenario that check accepts, for every experiment", async () => {
  const experiments = JSON.parse((await wherewhen("list", "--experiments", "--json")).out);
  assert.ok(experiments.length >= 4);
  await inFolder(async (folder) => {
    for (const { id } of experiments as { id: string }[]) {
      const { code, out } = await wherewhen("new", id);
      assert.equal(code, 0);
      const file = join(folder, `${id.replace("/", "-")}.yaml`);
      writeFileSync(file, out);
      const checked = await wherewhen("check", file);
      assert.equal(checked.code, 0, `${id}: ${checked.err}`);
    }
  });
  assert.equal((await wherewhen("new", "freshen/transfr")).code, 2);
});

Deno.test("new writes beside the path of the schema as seen from there, and never over a file", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "deep/mine.yaml");
    const made = await wherewhen("new", "escra/microservices", "--write", file);
    assert.equal(made.code, 0, made.err);
    const [, schema] = /\$schema=(\S+)\n/.exec(readFileSync(file, "utf8")) as RegExpExecArray;
    assert.match(readFileSync(join(folder, "deep", schema as string), "utf8"), /"\$schema"/);
    assert.equal((await wherewhen("check", file)).code, 0);
    const again = await wherewhen("new", "freshen/transfer", "--write", file);
    assert.equal(again.code, 2);
    assert.match(again.err, /is there already/);
    const printed = await wherewhen("new", "freshen/transfer");
    assert.match(printed.out, /^# yaml-language-server: \$schema=scenarios\/schema\.json\n/);
  });
});

Deno.test("what was probably meant is said: a scenario for an experiment, a platform for a scenario", async () => {
  const scenario = await wherewhen("new", "freshen/fig-4.6");
  assert.equal(scenario.code, 2);
  assert.match(scenario.err, /is a scenario; its experiment is freshen\/transfer/);
  const system = await wherewhen("new", "freshen");
  assert.match(system.err, /expected one of (freshen\/[a-z]+(, )?)+\n$/);
  for (const [path, what] of [["hardware/edge-50ms", "platform"], ["apps/media", "application"]]) {
    const { code, err } = await wherewhen("check", `scenarios/${path}.yaml`);
    assert.equal(code, 3);
    assert.match(err, new RegExp(`^error: this is an? ${what} `));
    assert.equal(err.match(/error: /g)?.length, 1);
  }
  const only = await wherewhen("list", "--experiments", "--json", "--only", "*/transfer");
  assert.deepEqual(JSON.parse(only.out).map(({ id }: { id: string }) => id), [
    "freshen/transfer",
    "hardware/transfer",
  ]);
  assert.equal((await wherewhen("list", "--experiments", "--only", "nosuch")).code, 2);
});

Deno.test("a file that ships is named by wherewhen:, and offered where one is missing", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "mine.yaml");
    const of = async (trace: string) => {
      writeFileSync(
        file,
        `id: my/x\ntitle: X\nexperiment: hardware/cpu-quota\nhardware: two-core-vm\n` +
          `parameters: { quota: 50ms, threads: 1, trace: "${trace}" }\n`,
      );
      return await wherewhen("check", file);
    };
    assert.equal((await of("wherewhen:data/kernel/trace_03.csv")).code, 0);
    for (
      const path of ["data/../cli.ts", "/etc/passwd", "data/kernel/trace_O3.csv", "cli.ts", ""]
    ) {
      const { code, err } = await of(`wherewhen:${path}`);
      assert.equal(code, 3);
      assert.match(err, /unknown file of wherewhen/);
    }
    assert.match(
      (await of("wherewhen:data/kernel/trace_O3.csv")).err,
      /mean "data\/kernel\/trace_/,
    );
    const missing = await of("../data/kernel/trace_03.csv");
    assert.match(missing.err, /no such file; "wherewhen:data\/kernel\/trace_03\.csv" ships/);
  });
});

Deno.test("completions are scripts for the three shells", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, out } = await wherewhen("completions", shell);
    assert.equal(code, 0);
    assert.match(out, /reproduce/);
  }
  assert.equal((await wherewhen("completions", "tcsh")).code, 2);
});

Deno.test("a folder without permission is not a crash", async () => {
  await inFolder(async (folder) => {
    const file = place(folder);
    chmodSync(file, 0o000);
    const { code } = await wherewhen("check", file);
    assert.ok(code === 3 || code === 0, "root may read everything");
    chmodSync(file, 0o600);
    mkdirSync(join(folder, "closed"));
    chmodSync(join(folder, "closed"), 0o000);
    const closed = await wherewhen("check", folder);
    if (closed.code !== 0) assert.match(closed.err, /^error: cannot read \S+closed: permission/);
    assert.ok(closed.code === 3 || closed.code === 0, closed.err);
    chmodSync(join(folder, "closed"), 0o700);
  });
});
