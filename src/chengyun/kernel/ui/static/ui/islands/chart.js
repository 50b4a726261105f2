// A chart. data-src gives {kind: "line"|"bar", unit, labels: [], series: [{name, values: [], usual?: true, level?}], limits?:
// [{name, value}], unnamed?: true}; lines that are unnamed are told apart by whoever puts the chart on a page. Bars are counts; those
// of levels (red, orange, yellow, blue) stand on one another in their colours. With at: [], begin, end (milliseconds) a line is drawn
// to the scale of time, from begin to end.
import * as echarts from "echarts";
import { onTheme, token } from "tokens";

const MOST = 5;

const words = () => ({ color: token("chart-axis"), fontFamily: token("font-sans"), fontSize: 12 });

const LONG = 60 * 24 * 3_600_000;
const GAP = 5;

const times = (data) => {
  const day = "{MM}-{dd}", month = data.end - data.begin > LONG ? "{yyyy}-{MM}" : day;
  return { year: month, month, day, hour: "{HH}:{mm}", minute: "{HH}:{mm}", second: "{HH}:{mm}:{ss}" };
};

const across = (data) => (data.at
  ? { type: "time", min: data.begin, max: data.end, axisLabel: { ...words(), formatter: times(data), hideOverlap: true } }
  : { type: "category", data: data.labels, boundaryGap: data.kind === "bar", axisLabel: words() });

// A line ends where nothing came for much longer than usual.
const points = ({ at }, values) => {
  if (!at) return values;
  const steps = at.slice(1).map((moment, n) => moment - at[n]).sort((one, other) => one - other);
  const longest = GAP * steps[Math.floor(steps.length / 2)];
  return values.flatMap((value, n) => (at[n] - at[n - 1] > longest ? [[at[n], null], [at[n], value]] : [[at[n], value]]));
};

const axes = (data) => ({
  xAxis: { ...across(data), axisLine: { lineStyle: { color: token("chart-grid") } }, axisTick: { show: false } },
  yAxis: {
    type: "value", min: data.kind === "bar" ? 0 : undefined, scale: data.kind !== "bar", name: data.unit, nameTextStyle: { ...words(), align: "left" },
    minInterval: data.kind === "bar" ? 1 : 0, axisLabel: words(), splitLine: { lineStyle: { color: token("chart-grid") } },
  },
});

const limitLines = (limits) => ({
  silent: true, symbol: "none", data: limits.map(({ name, value }) => ({ name, yAxis: value })),
  lineStyle: { color: token("chart-limit"), type: "dashed", width: 1.5 },
  label: { ...words(), color: token("chart-limit"), formatter: "{b} {c}", position: "insideEndTop" },
});

// What is usual stands behind what was read.
const usualLine = (data) => ({ name, values }) => ({
  name, type: "line", data: points(data, values), step: "start", symbol: "none", z: 1,
  color: token("chart-axis"), lineStyle: { width: 1.5, type: "dotted" },
});

const readLine = (data) => ({ name, values, level }, index) => ({
  name, type: data.kind, data: points(data, values), barMaxWidth: 22, symbol: "circle", symbolSize: 5, showSymbol: values.length < 40,
  stack: level && "level", color: token(level ? `level-${level}-fill` : `series-${index + 1}`), lineStyle: { width: 2, type: index === 1 ? "dashed" : "solid" },
  endLabel: { ...words(), color: token(`series-${index + 1}`), show: data.kind === "line" && data.series.length > 1 && !data.unnamed, formatter: "{a}" },
  markLine: index === 0 && data.limits ? limitLines(data.limits) : undefined,
});

// Rich text, because the HTML tooltip would need inline styles.
const tooltip = () => ({
  trigger: "axis", renderMode: "richText", backgroundColor: token("surface"), borderColor: token("line"),
  textStyle: { ...words(), color: token("text") },
});

const optionsOf = (data) => ({
  animation: false,
  grid: { left: 8, right: data.series.length > 1 && !data.unnamed ? 72 : 16, top: 28, bottom: 8, containLabel: true },
  tooltip: tooltip(),
  ...axes(data),
  series: data.series.slice(0, MOST).map((each, index) => (each.usual ? usualLine(data)(each) : readLine(data)(each, index))),
});

function nothing(element) {
  const said = element.appendChild(document.createElement("p"));
  said.className = "soft";
  said.textContent = "这段时间没有可画的数据。";
  return () => said.remove();
}

export async function mount(element) {
  const answer = await fetch(element.dataset.src, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${element.dataset.src} answered ${answer.status}`);
  const data = await answer.json();
  if (!data.labels.length) return nothing(element);
  const canvas = element.appendChild(document.createElement("div"));
  canvas.className = "chartbox";
  canvas.setAttribute("aria-hidden", "true");
  const chart = echarts.init(canvas, null, { renderer: "canvas" });
  const draw = () => chart.setOption(optionsOf(data), true);
  draw();
  const resized = new ResizeObserver(() => chart.resize());
  resized.observe(canvas);
  const endTheme = onTheme(draw);
  return () => { endTheme(); resized.disconnect(); chart.dispose(); canvas.remove(); };
}
