import { ConfigError } from "../config/faults.ts";
import type { Config } from "../config/schema.ts";
import { openPages } from "../pages/open-pages.ts";
import { fault, ok, type Finding } from "./finding.ts";

/** Reads the logo, the templates and the texts as the start does. */
export async function checkPages({ pages }: Config): Promise<Finding[]> {
  if (pages.logo === undefined && pages.dir === undefined) return [];
  try {
    await openPages(pages);
    return [ok("pages: the logo, templates and texts are valid")];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [fault(error.message)];
  }
}
