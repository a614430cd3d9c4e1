import { ConfigError } from "../config/faults.ts";
import type { Config } from "../config/schema.ts";
import { readLogo } from "./logo.ts";
import { createShowPage, type ShowPage } from "./show-page.ts";

/** Reads the operator's logo, templates and texts. Throws a `ConfigError` with what is wrong with them. */
export async function openPages({ logo, dir, ...others }: Config["pages"]): Promise<ShowPage> {
  const read = logo === undefined ? { url: "" } : readLogo(logo);
  if ("fault" in read) throw new ConfigError("pages.logo", [{ path: "", message: read.fault }]);
  // The parser of texts is loaded only for those who have some.
  const files = dir === undefined ? undefined : (await import("./own-files.ts")).readOwnFiles(dir);
  return createShowPage({ ...others, logo: read.url }, files);
}
