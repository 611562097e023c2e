/** A tree as lines, as `tree` draws folders. */
export interface TreeNode {
  readonly text: string;
  readonly children: readonly TreeNode[];
}

export function treeLines(nodes: readonly TreeNode[], indent = ""): readonly string[] {
  return nodes.flatMap(({ text, children }, index) => {
    const isLast = index === nodes.length - 1;
    return [`${indent}${isLast ? "└─" : "├─"} ${text}`, ...treeLines(children, `${indent}${isLast ? "   " : "│  "}`)];
  });
}
