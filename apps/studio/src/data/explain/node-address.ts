/** Names of nodes in subgraphs have slashes: they stay, so that servers of files find the file. */
export function nodeValuesAddress(requestId: string, node: string): string {
  return `runs/${encodeURIComponent(requestId)}/nodes/${node.split("/").map(encodeURIComponent).join("/")}.json`;
}
