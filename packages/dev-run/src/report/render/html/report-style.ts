/** Style of the one-file report: light and dark by the reader's choice, one column on a phone. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--text:#1b2430;--soft:#566273;--line:#d5dbe3;--back:#fff;--card:#f6f8fa;--link:#0550ae;--good:#0f5f2a;--good-back:#e2f5e7;--warn:#7a4a00;--warn-back:#fff2d1;--bad:#9d0c22;--bad-back:#ffe5e4;--blue:#e6f0fd;--blue-line:#5b8def}
@media (prefers-color-scheme:dark){:root{--text:#e8edf4;--soft:#a5b1c1;--line:#313b48;--back:#0f141a;--card:#171e27;--link:#86bcff;--good:#6fdc8b;--good-back:#12301d;--warn:#f0c15a;--warn-back:#372a0c;--bad:#ff9a92;--bad-back:#3d1a1c;--blue:#17273d;--blue-line:#4f82d8}}
*{box-sizing:border-box}
html{scroll-padding-top:56px}
body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header,main{max-width:1180px;margin:0 auto;padding:20px 20px 4px}
.kicker{margin:0;color:var(--soft);font-size:.85rem}
h1{font-size:1.55rem;line-height:1.3;margin:.2em 0 .4em;overflow-wrap:anywhere;text-wrap:pretty}
h2{font-size:1.2rem;margin:1.9em 0 .6em;border-bottom:1px solid var(--line);padding-bottom:.25em}
h3{font-size:1rem;margin:1.2em 0 .4em;overflow-wrap:anywhere}
p{margin:.5em 0;overflow-wrap:anywhere}
h1::first-letter{text-transform:uppercase}
.soft{color:var(--soft)}
.chip{display:inline-block;border-radius:999px;padding:1px 9px;font-size:.8rem;font-weight:600;white-space:nowrap;background:var(--card)}
.chip.large{font-size:1rem;padding:4px 14px}
.chip.good{color:var(--good);background:var(--good-back)}.chip.warn{color:var(--warn);background:var(--warn-back)}.chip.bad{color:var(--bad);background:var(--bad-back)}
.tiles{display:grid;grid-template-columns:repeat(5,1fr);gap:10px;margin:14px 0}
.tiles div{display:flex;flex-direction:column-reverse;justify-content:flex-end;border:1px solid var(--line);border-radius:10px;padding:10px 12px;background:var(--card)}
.tiles dt{color:var(--soft);font-size:.85rem;line-height:1.3}
.tiles dd{margin:0;font-size:1.5rem;font-weight:650;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles .none dd{color:var(--soft);font-weight:500}
.two{display:grid;grid-template-columns:3fr 2fr;gap:14px;margin:14px 0}
.panel{border:1px solid var(--line);border-radius:10px;padding:12px 16px;min-width:0}
.panel h2{margin:0 0 .4em;border:0;padding:0;font-size:1rem}
.rows{list-style:none;margin:0;padding:0}
.rows li{padding:6px 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
.rows li:first-child{border-top:0}
nav{position:sticky;top:0;z-index:1;background:var(--back);border-block:1px solid var(--line);padding:9px max(20px,calc(50vw - 570px));display:flex;gap:18px;overflow-x:auto}
nav a{white-space:nowrap;text-decoration:none;padding:2px 0}
nav a:hover{text-decoration:underline}
.scroll{overflow-x:auto;margin:.6em 0;border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:.88rem}
th,td{text-align:left;padding:6px 12px;border-bottom:1px solid var(--line);vertical-align:top}
tbody tr:last-child td{border-bottom:0}
th{color:var(--soft);font-weight:600;white-space:nowrap;background:var(--card)}
td{overflow-wrap:break-word;min-width:6em}
td:first-child:not(.num){min-width:13em}td:has(.chip){min-width:0!important;white-space:nowrap}td:last-child:not(.num):not(:empty){min-width:15em}
td.num{font-variant-numeric:tabular-nums;white-space:nowrap;min-width:0}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,monospace;background:var(--card);border-radius:5px}
code{padding:1px 5px;overflow-wrap:anywhere}
pre{padding:9px 12px;margin:.5em 0;overflow-x:auto}
pre code{padding:0}
article{border:1px solid var(--line);border-left:5px solid var(--line);border-radius:10px;padding:12px 16px;margin:12px 0}
article:target{outline:2px solid var(--link);outline-offset:2px}
article.fail{border-left-color:var(--bad)}article.review{border-left-color:var(--warn)}article.expected{border-left-color:var(--good)}
article h3{margin:.3em 0 .6em;font-weight:600}
.line{margin:0;overflow-wrap:anywhere}
.id{font-weight:700}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:.6em 0}
.facts dt{color:var(--soft)}
.facts dd{margin:0;min-width:0;overflow-wrap:anywhere}
.facts details{margin:0}
.facts ul{list-style:none;margin:0;padding:0}
.example{margin:.8em 0}
.example p{margin:0 0 .3em;overflow-wrap:anywhere}
.pairs{list-style:none;margin:0;padding:0;display:grid;gap:4px}
.pairs li{display:flex;flex-wrap:wrap;gap:4px 8px;align-items:baseline}
.before,.after{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,monospace;border-radius:5px;padding:1px 7px;overflow-wrap:anywhere;min-width:0}
.before{background:var(--bad-back)}.after{background:var(--good-back)}
.flow{list-style:none;margin:.4em 0 1em;padding:0;display:flex;flex-wrap:wrap;gap:8px 22px}
.flow li{position:relative;display:flex;flex-direction:column;border:1px solid var(--line);border-radius:8px;padding:6px 10px;font-size:.88rem;background:var(--card);min-width:0;overflow-wrap:anywhere}
.flow li+li::before{content:"→";position:absolute;left:-18px;top:50%;translate:0 -50%;color:var(--soft)}
.flow .tag{font-size:.75rem;color:var(--soft)}
.flow .code,.flow .changed{background:var(--warn-back);border-color:var(--warn)}.flow .code .tag,.flow .changed .tag{color:var(--warn);font-weight:600}
.flow .added{background:var(--good-back);border-color:var(--good)}.flow .removed{background:var(--bad-back);border-color:var(--bad);border-style:dashed}
.flow .upstream{background:var(--blue);border-color:var(--blue-line)}
a{color:var(--link)}
details{margin:.5em 0}
summary{cursor:pointer;color:var(--link);padding:3px 0}
summary:focus-visible,a:focus-visible,.scroll:focus-visible,pre:focus-visible{outline:2px solid var(--link);outline-offset:2px}
@media (max-width:760px){
header,main{padding-inline:14px}
h1{font-size:1.25rem}
.tiles{grid-template-columns:1fr 1fr;gap:8px}
.tiles div{padding:8px 10px}
.tiles dd{font-size:1.25rem}
.two{grid-template-columns:minmax(0,1fr);gap:10px}
nav{padding-inline:14px}
article{padding:10px 12px}
.facts{grid-template-columns:minmax(0,1fr);gap:0}
.facts dd{margin-bottom:.5em}
.flow{flex-direction:column;gap:18px}
.flow li+li::before{content:"↓";left:12px;top:-18px;translate:none}
}
@media print{nav{display:none}article,.panel{break-inside:avoid}}
`;
