import { testSecret } from "../peers/doorward.ts";
import { blocksOf } from "./blocks.ts";

/** The first configuration of a page, with something in place of each ellipsis. */
export function configurationOf(page: string): string {
  const [yaml = ""] = blocksOf(page, "yaml");
  return yaml.replace("secret: …", `secret: ${testSecret}`).replaceAll("…", "filled-in");
}
