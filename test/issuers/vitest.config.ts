import { defineConfig } from "vitest/config";

/** The real parts of this run, each with the tests that need it. */
const parts = {
  keycloak: "test/issuers/keycloak/**/*.test.ts",
  "oauth2-proxy": "test/issuers/oauth2-proxy/**/*.test.ts",
};
/** The parts that this run does without. test/peers/install-issuers.sh fails for any other that is missing. */
const without = (process.env.DOORWARD_TEST_WITHOUT ?? "")
  .split(",")
  .filter((name) => name in parts);
const running = Object.entries(parts).filter(([name]) => !without.includes(name));

/** `npm run test:issuers`; `npm test` runs none of these files. */
export default defineConfig({
  test: {
    name: "issuers",
    include: running.map(([, files]) => files),
    globalSetup: without.includes("keycloak") ? [] : ["test/issuers/keycloak/start.ts"],
    passWithNoTests: without.length > 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1, // Keycloak takes the other core
    reporters: [
      "default",
      {
        onTestRunEnd() {
          if (without.length > 0)
            process.stdout.write(`runs without: ${without.join(", ")} (DOORWARD_TEST_WITHOUT)\n`);
        },
      },
    ],
  },
});
