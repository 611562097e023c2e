export interface ConnectOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Longest wait for a connection in milliseconds, opening one included. Default 10,000. */
  readonly acquireMsMax?: number;
  /** Shown in `pg_stat_activity`. Default `tenon`. */
  readonly applicationName?: string;
}
