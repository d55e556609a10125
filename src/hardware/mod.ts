/** The shared hardware substrate's public face (being built). */
// deno-lint-ignore-file
export interface Platform {
  readonly id: string;
}
