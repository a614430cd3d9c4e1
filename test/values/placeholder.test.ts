import { describe, expect, it } from "vitest";
import { idFault, placeholderFault, placeholderIn } from "../../server/values/placeholder.ts";

describe("a placeholder of an example", () => {
  it.each([
    "…",
    "...",
    "abc…",
    "<your-client-id>",
    "<client id>",
    "[client-id]",
    "your-client-id",
    "YOUR_CLIENT_ID",
    "yourClientId",
    "your_google_client_id",
    "your-client-secret",
    "your-client-id.apps.googleusercontent.com",
    "paste your secret here",
    "client-id-here",
    "insert-client-secret-here",
    "changeme",
    "change-me",
    "change-me-please",
    "change_it",
    "replace_me",
    "replaceme",
    "fill-in",
    "fill-me-in",
    "insert-key",
    "enter-your-client-id",
    "ChangeMe",
    "replace-with-your-id",
    "${CLIENT_ID}",
    "$CLIENT_ID",
    "{{ client_id }}",
    "%CLIENT_ID%",
    "__CLIENT_ID__",
    "CLIENT_ID",
    "GOOGLE_CLIENT_SECRET",
    "TODO",
  ])("is recognized: %s", (written) => {
    expect(placeholderFault(written)).toMatch(/: write the value/);
    expect(idFault(written)).toMatch(/: write the value/);
  });

  it.each([
    "xxx",
    "***",
    "xxxx.apps.googleusercontent.com",
    "XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX",
    "00000000-0000-0000-0000-000000000000",
    "0oaXXXXXXXX",
    "example-client-id",
  ])("is recognized as an id, and may be a secret: %s", (written) => {
    expect(idFault(written)).toMatch(/: write the value/);
    expect(placeholderFault(written)).toBeUndefined();
  });

  it.each([
    "door",
    "x",
    "xx",
    "id",
    "client",
    "client-id",
    "example-app",
    "my-client",
    "your-energy-portal",
    "fill-in-forms",
    "change-it-prod",
    "change-management",
    "replace-with-care",
    "enter-key",
    "put-client",
    "paste-app",
    "secret",
    "the client's secret",
    "<3kQ9>",
    "$2bc",
    "{aB3}",
    "1234567890-abcdefg.apps.googleusercontent.com",
    "0oa1bcdefGHIJKLMN5d7",
    "11111111-2222-3333-4444-555555555555",
    "ZXhhbXBsZS1hcHAtc2VjcmV0",
    "https://auth.example.com",
  ])("is not what a provider or a person chooses: %s", (written) => {
    expect(placeholderFault(written)).toBeUndefined();
    expect(idFault(written)).toBeUndefined();
  });
});

describe("the placeholder in an address", () => {
  it.each([
    ["https://your-domain.com", "your-domain"],
    ["https://auth.your-domain.com/_auth", "your-domain"],
    ["https://YOUR_DOMAIN/", "YOUR_DOMAIN"],
    ["https://<your-domain>", "<your-domain>"],
    ["https://…", "…"],
    ["https://auth...", "..."],
    ["https://your-tenant.auth0.com", "your-tenant"],
    ["https://dev-xxxxxx.okta.com", "dev-xxxxxx"],
    ["https://login.microsoftonline.com/<tenant-id>/v2.0", "<tenant-id>"],
    ["https://login.microsoftonline.com/{tenant}/v2.0", "{tenant}"],
    ["https://login.microsoftonline.com/TENANT_ID/v2.0", "TENANT_ID"],
    ["https://id.example.com/realms/your-realm", "your-realm"],
    ["https://${DOMAIN}/", "{DOMAIN}"],
  ])("is found: %s", (address, placeholder) => {
    expect(placeholderIn(address)).toBe(placeholder);
  });

  it.each([
    "https://{host}/_auth",
    "https://auth.example.com",
    "https://[::1]:8080/",
    "https://[fd00:1::5]:8443/realms/x",
    "https://[fe80::1]/",
    "http://localhost:3000",
    "https://mycompany.okta.com",
    "https://yourenergy.com",
    "https://vouch.yourdomain.com",
    "https://id.example.com/realms/master",
    "https://login.microsoftonline.com/organizations/v2.0",
    "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
  ])("is not in %s", (address) => {
    expect(placeholderIn(address)).toBeUndefined();
  });
});
