/** Style of the page; light and dark by what the reader's system asks for. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #fbfbf9; --card: #fff; --text: #1d2327; --soft: #66707a;
  --edge: #dcdfe3; --grid: #eceef0; --main: #1f6feb; --low: #7fb0f5; --high: #d0762a; --other: #8a63d2;
  --bad: #c8372d; --good: #1a7f4b; --warn: #a96a00; --incident: #c8372d1c; --event: #8a939c; --change: #1a7f4b; }
@media (prefers-color-scheme: dark) { :root { --bg: #14171a; --card: #1c2024; --text: #e4e7ea;
  --soft: #98a2ac; --edge: #333a41; --grid: #282e34; --main: #5b9dff; --low: #35639f; --high: #e79a55;
  --other: #b394f0; --bad: #ff7b70; --good: #4cc38a; --warn: #e0a63c; --incident: #ff7b7022; --event: #77818b;
  --change: #4cc38a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 60px; max-width: 1180px; background: var(--bg); color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { margin: 0; font-size: 24px; } h2 { margin: 34px 0 10px; font-size: 17px; }
p { max-width: 75ch; } .soft, .facts { color: var(--soft); } .facts { margin: 4px 0 0; }
code, pre { font: 12px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
table { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--edge); border-radius: 6px; }
th, td { padding: 6px 10px; text-align: left; border-top: 1px solid var(--edge); vertical-align: top; }
th { border-top: 0; color: var(--soft); font-weight: 500; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.card, figure.chart { margin: 0 0 12px; padding: 12px 14px; background: var(--card); border: 1px solid var(--edge); border-radius: 6px; }
figcaption { display: flex; justify-content: space-between; font-weight: 600; }
.key { margin-left: 14px; font-weight: 400; color: var(--soft); } .key::before { content: ""; display: inline-block;
  width: 14px; height: 3px; margin: 0 5px 3px 0; background: currentColor; }
.key.main::before { background: var(--main); } .key.low::before { background: var(--low); }
.key.high::before { background: var(--high); } .key.other::before { background: var(--other); }
svg { display: block; width: 100%; height: auto; } svg text { font-size: 10px; fill: var(--soft); }
.grid { stroke: var(--grid); } .line { fill: none; stroke-width: 1.4; stroke-linejoin: round; }
.line.main { stroke: var(--main); stroke-width: 2; } .line.low { stroke: var(--low); }
.line.high { stroke: var(--high); } .line.other { stroke: var(--other); }
.limit { stroke: var(--bad); stroke-dasharray: 6 4; } .incident { fill: var(--incident); }
.event line { stroke: var(--event); stroke-dasharray: 2 3; } .event text { fill: var(--event); }
.change line { stroke: var(--change); stroke-width: 1.5; } .change text { fill: var(--change); }
.change.undone line { stroke: var(--warn); stroke-dasharray: 4 2; } .change.undone text { fill: var(--warn); }
.cursor { stroke: var(--text); stroke-opacity: .55; }
.controls { position: sticky; top: 0; z-index: 1; display: flex; gap: 12px; align-items: center; padding: 8px 0; background: var(--bg); }
.controls input { flex: 1; accent-color: var(--main); } .controls output { min-width: 70px; font-variant-numeric: tabular-nums; }
button { padding: 3px 12px; color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: 5px; font: inherit; cursor: pointer; }
.switch rect { fill: var(--card); stroke: var(--soft); } .switch text { font-size: 11px; fill: var(--text); } .switch text.hosts { fill: var(--soft); }
.link { stroke: var(--edge); } .scale { display: inline-block; width: 120px; height: 8px; border-radius: 4px;
  background: linear-gradient(90deg, hsl(210 40% 65%), hsl(120 45% 50%), hsl(45 85% 50%), hsl(0 75% 52%)); }
details { margin: 0 0 10px; padding: 10px 14px; background: var(--card); border: 1px solid var(--edge); border-radius: 6px; }
summary { cursor: pointer; font-weight: 600; } dl { display: grid; grid-template-columns: 110px 1fr; gap: 3px 14px; margin: 10px 0; }
dt { color: var(--soft); } dd { margin: 0; } pre { overflow-x: auto; margin: 8px 0 0; padding: 8px 10px; background: var(--bg); border-radius: 5px; }
`;
