/**
 * The name of the file with the default options of TLS. Traefik takes those of the first file by name, without a message
 * about the others: the operator's own, which may require client certificates, must win.
 */
export const tlsFileName = "zz-doorward-tls.yaml";

/** Options of TLS for all hosts of a Traefik. */
export const tlsFile = `# For Traefik with the file provider, printed by \`doorward config traefik\` from a doorward.yaml.
# Traefik takes \`tls.options.default\` of the first file by name. If another of your files has one, such as for client
# certificates, set sniStrict there: this file then has no effect. With sniStrict, the default certificate of
# \`tls.stores\` counts for no host: list it under \`tls.certificates\` too.
tls:
  options:
    default:
      # No TLS for a host without a certificate. Otherwise a visitor of any host gets Traefik's own certificate.
      sniStrict: true
`;
