/** Checks the repository out that it is told of, says where, and stays until it is killed. */
import { checkOut } from "../src/versions/checkout.ts";

// Whoever listens stays.
process.on("message", () => {});
const { root } = await checkOut(process.argv[2] ?? "", "main");
process.send?.(root);
