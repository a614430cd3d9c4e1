/** Where the proxy listens, and whom it asks and serves; all on the loopback. */
export interface Ports {
  readonly port: number;
  readonly doorward: number;
  readonly app: number;
}

export interface Proxy {
  close(): Promise<void>;
}
