/** The ports of the proxy, doorward and the app, all on loopback. */
export interface Ports {
  readonly port: number;
  readonly doorward: number;
  readonly app: number;
}

export interface Proxy {
  close(): Promise<void>;
}
