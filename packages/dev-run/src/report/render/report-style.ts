/** Style of the one-file report: light and dark by the reader's choice, one column on a phone. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--text:#1f2328;--soft:#57606a;--line:#d0d7de;--back:#fff;--card:#f6f8fa;--link:#0550ae;--pass:#116329;--review:#7d4e00;--fail:#a40e26}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--soft:#9da7b3;--line:#30363d;--back:#0d1117;--card:#161b22;--link:#79b8ff;--pass:#56d364;--review:#e3b341;--fail:#ff7b72}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main,header{max-width:1180px;margin:0 auto;padding:16px}
h1{font-size:1.35rem;line-height:1.35;margin:.2em 0;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:1.8em 0 .5em;border-bottom:1px solid var(--line);padding-bottom:.2em}
h3{font-size:1rem;margin:.2em 0;overflow-wrap:anywhere}
.PASS{color:var(--pass)}.REVIEW{color:var(--review)}.FAIL{color:var(--fail)}
.soft{color:var(--soft)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:4px 10px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}
td{overflow-wrap:anywhere;min-width:4em}
code,pre{font:13px/1.4 ui-monospace,monospace;background:var(--card);border-radius:4px}
code{padding:1px 4px;overflow-wrap:anywhere}
pre{padding:10px;overflow-x:auto}
article{border:1px solid var(--line);border-left-width:4px;border-radius:6px;padding:10px 14px;margin:10px 0}
article.fail{border-left-color:var(--fail)}article.review{border-left-color:var(--review)}article.expected{border-left-color:var(--pass)}
article ul{margin:.3em 0;padding-left:1.2em}
a{color:var(--link)}
nav a{margin-right:12px;white-space:nowrap}
details{margin:.6em 0}
summary{cursor:pointer;color:var(--soft)}
summary:focus-visible,a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
`;
