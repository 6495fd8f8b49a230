/** The page's style sheet: system fonts, hairlines, one rendering for light, dark and paper. */

import { HEAT_STEPS, tokenRules } from './tokens.ts';

const BASE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1180px;margin:0 auto;padding:28px 24px 40px}
h1{font-size:17px;line-height:1.4;font-weight:700;margin:2px 0 0;overflow-wrap:anywhere}
h2{font-size:14px;font-weight:700;margin:32px 0 8px}
h2 span{font-weight:400;color:var(--soft)}
p{margin:0}
code{font:13px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
a{color:var(--p50)}
:focus-visible{outline:2px solid var(--p50);outline-offset:1px}
.facts{font-size:13px;color:var(--soft);white-space:pre-wrap;overflow-wrap:anywhere}
.about{color:var(--soft);margin-top:2px;overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--line);border-radius:4px;margin:0}
.bad,b.bad{color:var(--fail);font-weight:700}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.nothing{padding:14px 16px;color:var(--soft)}
.left-out{padding:8px 16px;font-size:12px;color:var(--faint);overflow-wrap:anywhere}
.definitions{position:absolute}
.sign{display:inline-block;width:1.3em;font-weight:700}
.sign.pass{color:var(--pass)}.sign.fail{color:var(--fail)}.sign.inconclusive{color:var(--inconclusive)}
.columns{display:grid;grid-template-columns:minmax(0,1fr);column-gap:24px}
.end{margin-top:24px;font-size:12px;color:var(--faint)}
`;

const VERDICT = `
.verdict{--tone:var(--inconclusive);display:flex;gap:16px;margin:16px 0;padding:12px 18px 14px;border-left:5px solid var(--tone);border-radius:4px;background:color-mix(in srgb,var(--tone) var(--tint),var(--card));overflow-wrap:anywhere}
.verdict.pass{--tone:var(--pass)}.verdict.fail,.verdict.deviated{--tone:var(--fail)}
.verdict .word{font-size:20px;line-height:1.4;font-weight:700;color:var(--tone);white-space:nowrap}
.verdict .reasons{flex:1;min-width:0}
.verdict .sentence{font-size:15.5px;line-height:1.75}
.verdict .sentence code{font-size:14.5px}
.trust{color:var(--soft)}
.notes{margin:6px 0 0;padding-left:18px}
.notes li.limit b,.notes li.incident b,.notes li.interrupted{color:var(--inconclusive)}
.notes li.books{color:var(--fail)}
.figures{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));overflow:hidden}
.figure{padding:12px 14px;margin:0 -1px -1px 0;border-right:1px solid var(--line);border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.figure .meaning,.figure .scale{font-size:12px;color:var(--soft)}
.figure .value{font-size:21px;line-height:1.35;font-weight:700}
.figure .value.unknown{font-size:15px;line-height:1.9;font-weight:400;color:var(--faint)}
`;

const CHARTS = `
svg{display:block}
.plot,.plane,.names,.bands{overflow:visible}
svg text{font-family:inherit;font-size:11.5px;fill:var(--ink)}
svg .tick{fill:var(--faint)}
.grid{stroke:var(--grid);stroke-width:1}
.base{stroke:var(--line);stroke-width:1}
.stroke{fill:none;stroke:currentColor;stroke-width:1.4;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}
.stroke.halo{color:var(--card);stroke-width:3.4;stroke-opacity:.75}
.stroke.dashed{stroke-dasharray:4 3}
.stroke.joined{stroke-dasharray:2 2}
.stroke.curve-join{stroke-dasharray:7 3}
.stroke.curve-broadcast{stroke-dasharray:2 3}
.area{fill:currentColor;fill-opacity:.16}
.bars{fill:currentColor;fill-opacity:.62}
.bars.bad{fill-opacity:.85}
.caps{fill:var(--fail)}
.cut{fill:currentColor}
.heat{shape-rendering:crispEdges}
.p50{color:var(--p50)}.p99{color:var(--p99)}.p999{color:var(--p999)}
.clients{color:var(--clients)}.joined,.machine,.no-fault{color:var(--machine)}.mailboxes{color:var(--mailboxes)}
.fault-0{color:var(--fault-0)}.fault-1{color:var(--fault-1)}.fault-2{color:var(--fault-2)}.fault-3{color:var(--fault-3)}
.hatch-fill{fill:currentColor;fill-opacity:var(--fault-fill)}
.hatch-line{stroke:currentColor;stroke-opacity:var(--fault-hatch);stroke-width:1}
.series-line{stroke:currentColor;stroke-width:2.2}
.swatch{display:inline-block;vertical-align:-1px}
.swatch-edge{stroke:currentColor;stroke-width:2}
.fault-bar{fill:currentColor}
.moment{stroke:var(--fail);stroke-width:1.5;stroke-dasharray:4 3}
svg .moment-name{fill:var(--fail);font-size:12px;font-weight:700}
.fault-step{stroke:currentColor;stroke-width:1;stroke-opacity:var(--fault-hatch)}
svg .fault-name{fill:currentColor;font-size:12.5px;font-weight:700}
.bar.solid{fill:currentColor}
.bar.striped{stroke:currentColor;stroke-width:.8}
.bar.hollow{fill:var(--card);stroke:currentColor;stroke-width:1}
.limit,.limit-held{stroke:var(--fail);stroke-width:1;stroke-dasharray:5 3}
.limit-held{stroke:var(--soft)}
.bound{stroke:var(--faint);stroke-width:1;stroke-dasharray:1.5 3}
svg .limit-words,svg .limit-held-words,svg .bound-words,svg .note,svg .curve-name{paint-order:stroke;stroke:var(--card);stroke-width:3.5px;stroke-linejoin:round}
svg .limit-words{fill:var(--fail)}svg .limit-held-words{fill:var(--soft)}svg .bound-words{fill:var(--faint)}
svg .curve-name{fill:currentColor;font-size:12.5px;font-weight:700}
.dot{fill:var(--fail);stroke:var(--card);stroke-width:1.5}
.quantile{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 2}
.chart{padding:16px 18px 0 60px}
.chart.named{padding-right:86px}
.chart-axis{padding-top:2px}
.chart-name{margin:-2px 0 2px -44px;font-size:12px;color:var(--soft)}
.histogram:first-child{padding-top:12px}
`;

const TIMELINE = `
.timeline{position:relative;padding:10px 0 4px;cursor:crosshair;touch-action:pan-y}
.lanes{position:relative}
.lane{position:relative;padding-top:20px}
.lane-name{padding:0 16px;font-size:12.5px;line-height:1.4}
.lane-name b{display:inline-block;margin-right:6px}
.lane-name .unit,.unit{font-size:11.5px;color:var(--soft)}
.key{display:inline-block;margin-right:8px;font-size:11.5px;font-weight:600}
.key:not([class*=" "]),.key.unit{font-weight:400;color:var(--soft)}
.key.bad{color:var(--fail)}
.key-mark{letter-spacing:-1px;font-weight:700}
.ramp{display:inline-block;vertical-align:0}
.lane-plot{position:relative;margin:0 18px 0 56px}
.under,.over{position:absolute;top:0;bottom:0;left:0;right:0;pointer-events:none}
.strip .wide,.strip .middle{display:none}
.cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--ink)}
.readout{position:absolute;top:44px;z-index:3;max-width:min(340px,92%);padding:8px 12px;background:var(--card);border:1px solid var(--faint);border-radius:4px;font-size:12px;pointer-events:none}
.readout[hidden],.cursor[hidden]{display:none}
.readout-title{font-weight:700}
.readout dl{display:grid;grid-template-columns:auto auto;gap:0 14px;margin:2px 0 0}
.readout dt{color:var(--soft)}
.readout dd{margin:0;text-align:right}
`;

const TABLES = `
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{overflow-wrap:break-word;padding:7px 12px;text-align:left;vertical-align:top;font-weight:400;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);white-space:nowrap;vertical-align:bottom}
.num{text-align:right;white-space:nowrap}
td.num.bad{color:var(--fail);font-weight:700}
.why{display:block;font-size:12px;color:var(--soft)}
table code{overflow-wrap:break-word}
tbody th{min-width:176px}
td{min-width:60px}
.aside{color:var(--soft)}
details>summary{cursor:pointer;color:var(--soft)}
.twin{border-top:1px solid var(--line);margin-top:6px}
.twin>summary,.fold>summary{padding:8px 16px;font-size:12.5px}
.twin .scroll{max-height:360px;overflow:auto;border-top:1px solid var(--line)}
.twin td,.twin th{padding:3px 12px;white-space:nowrap}
.twin thead th{position:sticky;top:0;background:var(--card)}
.fold{margin-top:32px}
.fold>summary{font-size:14px}
.fold .scroll{border-top:1px solid var(--line)}
.command{display:flex;gap:12px;align-items:flex-start;padding:12px 16px;border-bottom:1px solid var(--line)}
.command code{flex:1;min-width:0;white-space:pre-wrap}
button{font:inherit;font-size:12.5px;padding:2px 12px;color:var(--ink);background:var(--page);border:1px solid var(--line);border-radius:4px;cursor:pointer}
.facts-list{display:grid;grid-template-columns:minmax(0,1fr);gap:4px 24px;margin:0;padding:10px 16px;font-size:13px}
.facts-list div{display:flex;gap:12px}
.facts-list dt{flex:0 0 160px;color:var(--soft)}
.facts-list dd{margin:0;min-width:0;overflow-wrap:anywhere}
`;

const WIDTHS = `
@media (max-width:700px){
main{padding:16px 12px 32px}
.verdict{display:block;padding:10px 14px}
.facts-list div{display:block}
.lane-name{position:relative;z-index:1;padding-bottom:9px}
.lane-name .unit{margin-right:8px}
.tick.odd{display:none}
}
@media (min-width:701px){
.figures{grid-template-columns:repeat(3,minmax(0,1fr))}
.lane-name{position:absolute;left:0;top:13px;width:140px;padding-right:0}
.lane-name b,.lane-name .unit,.lane-name .key{display:block;margin-right:0}
.timeline .lane-plot{margin-left:184px}
.timeline .under,.timeline .over{left:0;right:0}
.strip .middle{display:block}.strip .narrow{display:none}
}
@media (min-width:900px){
.figures{grid-template-columns:repeat(6,minmax(0,1fr))}
.columns{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}
.facts-list{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}
}
@media (min-width:900px) and (max-width:1159px){.columns .tick.odd{display:none}}
@media (min-width:1000px){.strip .wide{display:block}.strip .middle{display:none}}
@page{margin:12mm}
@media print{
body{background:#fff;font-size:12px}
main{padding:0;max-width:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.cursor,.readout,button{display:none!important}
.lane,.figures,.verdict,.chart,tr{break-inside:avoid}
h2{break-after:avoid}
.scroll{overflow:visible}
.twin:not([open]),.fold:not([open]){display:none}
}
`;

/** The whole style sheet. */
export function styleSheet(): string {
  const heat = Array.from(
    { length: HEAT_STEPS },
    (_, step) => `.heat-${step}{fill:var(--heat-${step})}`,
  ).join('');
  return [tokenRules(), BASE, VERDICT, CHARTS, heat, TIMELINE, TABLES, WIDTHS].join('').trim();
}
