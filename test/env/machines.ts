import type { Machine } from "../../env/load.js";

/** Where Ann works. */
export const linux: Machine = { pathStyle: "posix", directory: "/home/ann", user: "1000:1000" };

export const windows: Machine = { pathStyle: "windows", directory: "D:\\ann" };
