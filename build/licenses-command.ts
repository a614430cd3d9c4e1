import { getAsset } from "node:sea";
import { defineCommand } from "citty";
import { licensesAsset } from "./assets.ts";

export const licenses = defineCommand({
  meta: { name: "licenses", description: "print the licenses of doorward and what it contains" },
  run() {
    process.stdout.write(getAsset(licensesAsset, "utf8"));
  },
});
