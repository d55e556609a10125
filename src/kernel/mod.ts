/** The discrete-event kernel's public face (being built). */
// deno-lint-ignore-file
export class Simulation {
  constructor(_options: { seed: number; horizon?: number }) {}
}
