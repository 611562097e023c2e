import { badOption } from "../database/errors.ts";

/** What the launcher decides itself, because it must find the server and keep others out. */
const RESERVED: ReadonlySet<string> = new Set([
  "config_file",
  "data_directory",
  "external_pid_file",
  "hba_file",
  "ident_file",
  "listen_addresses",
  "log_destination",
  "logging_collector",
  "port",
  "unix_socket_directories",
  "unix_socket_group",
  "unix_socket_permissions",
]);

/** @throws GraphError TENON1507 for a name that is no setting's, or one that the launcher sets */
export function requireSettings(settings: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(settings)) {
    if (/^[a-z][a-z0-9_.]*$/.test(name) && !RESERVED.has(name)) continue;
    throw badOption(`the setting "${name}" cannot be given`, {
      detail: RESERVED.has(name) ? "the launcher sets it itself" : "expected a name such as max_connections",
      hint: "leave it out, or run your own server and name it with DATABASE_URL",
    });
  }
}
