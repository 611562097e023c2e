import type { ReactNode } from "react";
import { Scroll } from "./scroll.tsx";

/** Of a column; with `num` its cells are numbers. */
export type Heading = string | readonly [text: string, kind: "num"];

interface Props {
  /** What it holds, for those who hear it. */
  readonly label: string;
  readonly headings: readonly Heading[];
  readonly className?: string;
  /** Its rows. */
  readonly children: ReactNode;
}

/** Rows under headings, scrolled where there is no room for them. */
export function Table({ label, headings, className, children }: Props) {
  return (
    <Scroll label={`${label}, as a table`}>
      <table className={["list", className].filter(Boolean).join(" ")}>
        <thead>
          <tr>
            {headings.map((heading) => {
              const [text, kind] = typeof heading === "string" ? [heading] : heading;
              return (
                <th key={text} scope="col" className={kind}>
                  {text}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Scroll>
  );
}
