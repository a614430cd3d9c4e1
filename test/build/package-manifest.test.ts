import { expect, it } from "vitest";
import { packageManifest } from "../../build/package-manifest.ts";
import manifest from "../../package.json" with { type: "json" };

it("names the repository of the workflow that publishes the package", () => {
  const forge = {
    GITHUB_SERVER_URL: "https://git.example.com",
    GITHUB_REPOSITORY: "acme/gatekeeper",
  };

  expect(packageManifest(manifest, forge)).toMatchObject({
    repository: { type: "git", url: "git+https://git.example.com/acme/gatekeeper.git" },
    homepage: "https://git.example.com/acme/gatekeeper#readme",
    bugs: "https://git.example.com/acme/gatekeeper/issues",
  });
});

it("names no repository outside of a workflow", () => {
  expect(packageManifest(manifest, {})).not.toHaveProperty("repository");
});
