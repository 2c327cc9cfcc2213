/** The only style sheet of the page; its digest stands in the page's security policy. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #fff; --panel: #f6f8fa;
  --good: #1a7f37; --bad: #cf222e; --skip: #9a6700; --blue: #0969da; --purple: #8250df; --teal: #1b7c83; --grey: #8c959f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --paper: #0d1117;
  --panel: #161b22; --good: #3fb950; --bad: #f85149; --skip: #d29922; --blue: #4493f8; --purple: #ab7df8;
  --teal: #39c5cf; --grey: #6e7681; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1400px; padding: 24px; background: var(--paper); color: var(--ink);
  font: 14px/1.5 system-ui, sans-serif; }
h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 32px 0 8px; }
a { color: inherit; text-decoration: none; } a:hover { text-decoration: underline; }
.soft { color: var(--soft); } .failed { color: var(--bad); } .skipped, .unfinished { color: var(--skip); }
.installed, .programmatic { color: var(--good); }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 4px 12px 4px 0; vertical-align: top;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 500; } td.number, th.number { text-align: right; white-space: nowrap; overflow-wrap: normal; }
td.status { white-space: nowrap; overflow-wrap: normal; }
code, pre, .name, svg text { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 12px; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 12px; overflow: auto;
  max-height: 480px; margin: 8px 0; }
details { border-bottom: 1px solid var(--line); padding: 6px 0; } summary { cursor: pointer; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 8px 0; } dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
input { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
  padding: 4px 10px; width: 280px; max-width: 100%; }
.timeline { display: grid; grid-template-columns: minmax(120px, 260px) 1fr; border: 1px solid var(--line);
  border-radius: 6px; max-height: 640px; overflow: auto; }
.names { border-right: 1px solid var(--line); overflow: hidden; } .axis { height: 22px; }
.name { display: block; height: 24px; line-height: 24px; padding: 0 10px; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.timeline svg, .graph svg { display: block; } svg text { fill: var(--ink); } text.tick { fill: var(--soft); }
line.tick { stroke: var(--line); }
rect { fill: var(--grey); } rect.span { fill: var(--line); } rect.phase { fill: var(--blue); }
rect.recipe_fetch, rect.check { fill: var(--grey); } rect.phase.fetch, rect.download { fill: var(--teal); }
rect.build { fill: var(--purple); } rect.install, rect.process { fill: var(--blue); } rect.deploy { fill: var(--good); }
rect.lock { fill: var(--skip); } rect.failed { fill: var(--bad); }
.legend span { margin-right: 14px; } .legend svg { vertical-align: -1px; margin-right: 5px; }
.graph { overflow: auto; max-height: 640px; border: 1px solid var(--line); border-radius: 6px; padding: 12px; }
.edge { fill: none; stroke: var(--grey); } .edge.critical { stroke: var(--bad); stroke-width: 2; }
rect.box { fill: var(--panel); stroke: var(--line); } rect.box.failed { stroke: var(--bad); }
rect.box.installed { stroke: var(--good); } rect.box.skipped { stroke: var(--skip); } rect.box.critical { stroke-width: 2.5; }
ol, ul { padding-left: 24px; } th { overflow-wrap: normal; } [hidden] { display: none; }
`;
