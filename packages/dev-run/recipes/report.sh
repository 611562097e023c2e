#!/usr/bin/env bash
# Compares a pull request with its base and keeps one comment about it.
#
#   BASE=origin/main packages/dev-run/recipes/report.sh
#
# With COMMENT_API (address of the comments of the pull request), COMMENT_TOKEN and nothing else the comment is posted; without
# them the report is only written. Exits as `tenon report` does: 0 pass, 1 findings, 2 wrong usage, 3 incomplete, 4 our mistake.
set -euo pipefail

out=${REPORT_FOLDER:-.tenon/report}
more=()
# In a job of GitHub Actions findings are printed as it shows them beside the lines of their nodes.
if [[ ${GITHUB_ACTIONS:-} == true ]]; then more+=(--annotate); fi
# Address of a studio that shows reports, or the name of the folder beside the report that `tenon studio --export` writes.
if [[ -n ${STUDIO:-} ]]; then more+=(--studio "$STUDIO"); fi
code=0
${TENON:-npx tenon} report --base "${BASE:?name the commit to compare with}" --out "$out" "${more[@]}" || code=$?

if [[ -n ${COMMENT_API:-} && -e $out/report.md ]]; then
  node "$(dirname "$0")/sticky-comment.mjs" "$out/report.md"
fi
exit "$code"
