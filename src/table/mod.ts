/** Tables, their CSV form and SQL over them. Imports nothing of ours. */
export * from "./table.ts";
export * from "./cell.ts";
export * from "./csv.ts";
export { columnsOf, MAX_ROWS, prepareSql, query, SqlError, SqlTables } from "./sql.ts";
