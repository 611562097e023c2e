import {
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";

/**
 * Gives a checkout the packages that another one of the same lock file has installed. Packages from outside are links to
 * those; our own are links within the checkout, or its code would run with the other one's.
 */
export function linkPackages(root: string, installedAt: string): void {
  for (const folder of packageFolders(installedAt)) {
    const from = join(installedAt, folder, "node_modules");
    const to = join(root, folder, "node_modules");
    mkdirSync(to, { recursive: true });
    for (const name of readdirSync(from)) {
      if (name.startsWith("@") || name === ".bin") {
        mkdirSync(join(to, name), { recursive: true });
        for (const inner of readdirSync(join(from, name))) link(join(name, inner), { from, to, root, installedAt });
      } else link(name, { from, to, root, installedAt });
    }
  }
}

interface Folders {
  readonly from: string;
  readonly to: string;
  readonly root: string;
  readonly installedAt: string;
}

function link(name: string, { from, to, root, installedAt }: Folders): void {
  const source = join(from, name);
  const real = realpathSync(source);
  const inside = realpathSync(installedAt);
  // A workspace: npm made it a link into the checkout, outside node_modules.
  const isOurs =
    lstatSync(source).isSymbolicLink() && real.startsWith(`${inside}/`) && !real.includes("/node_modules/");
  const target = isOurs ? join(root, real.slice(inside.length + 1)) : real;
  if (existsSync(target)) symlinkSync(target, join(to, name));
}

/** Folders with packages of their own, relative to the root; the root first. */
function packageFolders(root: string): readonly string[] {
  const { workspaces = [] } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly workspaces?: readonly string[];
  };
  const folders = globSync(
    workspaces.map((each) => `${each}/package.json`),
    { cwd: root },
  ).map((file) => dirname(file));
  return [".", ...folders].filter((folder) => existsSync(join(root, folder, "node_modules")));
}
