export { type Cut, type CuttingProxy, startCuttingProxy } from "./cutting-proxy.ts";
export { measureStart, type StartFigures } from "./measure-start.ts";
export { type TestDatabase, type TestDatabaseOptions, testDatabase } from "./test-database.ts";
