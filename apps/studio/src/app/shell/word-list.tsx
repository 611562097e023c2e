import type { ReactNode } from "react";

interface Props {
  readonly words: readonly (readonly [word: string, what: string])[];
  readonly className?: string;
  /** How a word is written; default: as code. */
  readonly write?: (word: string) => ReactNode;
}

/** Words that can be typed, and what each means. */
export function WordList({ words, className, write = (word) => <code>{word}</code> }: Props) {
  return (
    <dl className={className}>
      {words.map(([word, what]) => (
        <div key={word}>
          <dt>{write(word)}</dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
}
