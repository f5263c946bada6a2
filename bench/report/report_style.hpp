#pragma once

namespace jpegwire {

/// The CSS of the report. Colour-blind readers can distinguish the colours of the series.
inline constexpr const char* kReportStyle = R"(
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1a2028; --faint: #5b6673; --line: #dfe3e8;
  --warn: #8a4b00; --warn-back: #fff3df; --good: #1b7f4d; --bad: #b3372e;
  --s0: #2a6fdb; --s1: #e0702b; --s2: #159a72; --s3: #b7860b;
  --s4: #d0568f; --s5: #6b53c4; --s6: #2b9fc4; --s7: #7b8a2a; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161b; --card: #1b2128; --ink: #e6eaef; --faint: #9aa6b2; --line: #313a44;
  --warn: #ffc877; --warn-back: #3a2c15; --good: #5fd39a; --bad: #ff8b80;
  --s0: #6aa6ff; --s1: #ff9a5c; --s2: #43c99c; --s3: #e3b341;
  --s4: #ef86b6; --s5: #a695f5; --s6: #63c7e6; --s7: #b4c257; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 28px 20px 60px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; }
h1 { font-size: 25px; margin: 0 0 2px; }
h2 { font-size: 17px; margin: 0 0 2px; }
p { margin: 0 0 6px; }
.faint { color: var(--faint); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 16px 18px; margin-top: 16px; }
.warning { background: var(--warn-back); color: var(--warn); border-color: transparent; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr));
  gap: 16px; margin-top: 16px; }
.plots .card { margin-top: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 0 6px 18px; border-top: 1px solid var(--line);
  white-space: nowrap; vertical-align: top; }
th { white-space: normal; border-top: 0; font-weight: 600; color: var(--faint); vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal;
  min-width: 178px; }
td small { display: block; color: var(--faint); }
.better { color: var(--good); } .worse { color: var(--bad); }
dl { margin: 8px 0 0; display: grid; gap: 6px 18px;
  grid-template-columns: minmax(min-content, max-content) 1fr; }
dt { font-weight: 600; max-width: 20em; } dd { margin: 0; }
@media (max-width: 640px) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } }
code, pre { font: 12.5px/1.5 ui-monospace, "Liberation Mono", monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0 10px; }
svg { width: 100%; height: auto; display: block; margin-top: 8px; }
svg text { fill: var(--faint); font-size: 12px; }
svg .label { fill: var(--ink); font-size: 12.5px; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg path { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
svg circle { fill: currentColor; stroke: var(--card); stroke-width: 1.5; }
svg .range { stroke: currentColor; stroke-width: 1.5; }
svg rect { fill: currentColor; stroke: var(--card); stroke-width: 1; }
svg .dashed path { stroke-dasharray: 6 4; }
.c0 { color: var(--s0); } .c1 { color: var(--s1); } .c2 { color: var(--s2); }
.c3 { color: var(--s3); } .c4 { color: var(--s4); } .c5 { color: var(--s5); }
.c6 { color: var(--s6); } .c7 { color: var(--s7); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin-top: 6px; font-size: 13px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px;
  background: currentColor; margin-right: 6px; }
.legend span > span { color: var(--ink); }
)";

}  // namespace jpegwire
