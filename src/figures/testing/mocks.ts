/**
 * Every form that the figure catalogue asks for, with made-up numbers: what the tests draw and what
 * `draw.ts` writes for the eye.
 */
import type { Mock } from "./mock.ts";
import { escra } from "./mocks-escra.ts";
import { freshen } from "./mocks-freshen.ts";
import { iron } from "./mocks-iron.ts";
import { rack } from "./mocks-rack.ts";

export type { Mock } from "./mock.ts";

/** All mocks, in the order of the chapters. */
export const MOCKS: readonly Mock[] = [...freshen, ...escra, ...rack, ...iron];
