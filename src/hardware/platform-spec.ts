/** What a platform YAML (scenarios/hardware/*.yaml) may say: hosts by name, and the links between them. */
import { z } from "zod";
import { unknownName } from "../units/mod.ts";
import { hostSchema } from "./host-spec.ts";
import { linkSchema } from "./network/spec.ts";
import { npuSchema } from "./npu/spec.ts";

const name = z.string().regex(
  /^[a-z][a-z0-9-]*$/,
  "expected a name of lower-case letters, digits and dashes, for example edge-site",
);

/** A platform: named hosts and the links between them. */
export const platformSchema = z.strictObject({
  id: name.describe("what a scenario's `hardware:` says; equal to the file's name"),
  title: z.string().min(1, "expected a short title"),
  source: z.string().min(1, "expected where the figures of this platform come from"),
  hosts: z.record(name, hostSchema)
    .refine((hosts) => Object.keys(hosts).length > 0, "expected at least one host"),
  links: z.array(linkSchema).default([]),
  npu: npuSchema.describe("the NPU of the first host").optional(),
}).superRefine((platform, context) => {
  const hosts = Object.keys(platform.hosts);
  const seen = new Map<string, number>();
  platform.links.forEach((link, i) => {
    link.between.forEach((end, j) => {
      if (hosts.includes(end)) return;
      context.addIssue({
        code: "custom",
        path: ["links", i, "between", j],
        message: unknownName("host", end, hosts),
        input: end,
      });
    });
    const [a, b] = [...link.between].sort();
    if (a === b) {
      context.addIssue({
        code: "custom",
        path: ["links", i, "between"],
        message: `a link from "${a}" to itself; a host's loopback needs no link`,
        input: link.between,
      });
    }
    const key = `${a} ${b}`;
    const first = seen.get(key);
    if (first !== undefined) {
      context.addIssue({
        code: "custom",
        path: ["links", i],
        message: `a second link between "${a}" and "${b}" (the first is links[${first}])`,
        input: link,
      });
    }
    seen.set(key, first ?? i);
  });
});

/** A platform as written, in canonical units. */
export type PlatformYaml = z.output<typeof platformSchema>;
