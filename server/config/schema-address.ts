/** Where editors find the JSON Schema of the configuration: in the published package. `npm run docs` writes the file. */
export const schemaAddress = "https://unpkg.com/doorward/doorward.schema.json";

/** The first line of a `doorward.yaml`, which YAML language servers read. */
export const schemaLine = `# yaml-language-server: $schema=${schemaAddress}`;
