// Line and bar charts. The same numbers stand in a table beside each, for those who cannot see it. Nothing moves by
// itself, so nobody has to ask for less motion.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, LineChart, GridComponent, TooltipComponent, SVGRenderer]);

function token(name) {
  // light-dark() is resolved by the browser only on a real property.
  const probe = document.createElement("i");
  probe.hidden = true;
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

const compact = new Intl.NumberFormat("en", { notation: "compact" });
const UNITS = { percent: (value) => `${value} %`, days: (value) => `${value} d` };

function series(data) {
  return data.series.map((row, index) => {
    const color = token(`--${row.color}`);
    const last = index === data.series.length - 1;
    const common = { name: row.name, data: row.values, itemStyle: { color }, emphasis: { disabled: true } };
    if (data.kind === "bar") {
      const rounded = !data.stacked || last ? [3, 3, 0, 0] : 0;
      const stack = data.stacked ? "all" : undefined;
      return { ...common, type: "bar", stack, barMaxWidth: 30, itemStyle: { color, borderRadius: rounded } };
    }
    // The last line is filled, so that two lines differ by more than their color.
    const areaStyle = data.series.length > 1 && last ? { color, opacity: 0.16 } : undefined;
    return { ...common, type: "line", symbolSize: 6, showSymbol: row.values.length < 20, lineStyle: { width: 2, color }, areaStyle };
  });
}

function tip(data, points) {
  const index = points[0].dataIndex;
  const lines = data.series.map((row) => (data.series.length > 1 ? `${row.name}  ${row.shown[index]}` : row.shown[index]));
  return [data.names[index], ...lines].join("\n");
}

function options(data) {
  const quiet = { color: token("--tblr-secondary-color"), fontFamily: "inherit", fontSize: 12 };
  const bars = data.kind === "bar";
  return {
    animation: false,
    grid: { left: 46, right: 10, top: 12, bottom: 26 },
    tooltip: {
      trigger: "axis",
      axisPointer: { type: bars ? "shadow" : "line", shadowStyle: { opacity: 0.06 }, lineStyle: { color: token("--tblr-border-color") } },
      renderMode: "richText",
      confine: true,
      backgroundColor: token("--tblr-bg-surface"),
      borderColor: token("--tblr-border-color"),
      textStyle: { color: token("--tblr-body-color"), fontFamily: "inherit", fontSize: 13, lineHeight: 19 },
      formatter: (points) => tip(data, points),
    },
    xAxis: {
      type: "category",
      data: data.labels,
      axisLabel: { ...quiet, hideOverlap: true },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: token("--tblr-border-color") } },
    },
    yAxis: {
      type: "value",
      splitNumber: 3,
      ...(data.unit === "percent" ? { min: 0, max: 100, interval: 25 } : {}),
      minInterval: data.unit === "count" ? 1 : undefined,
      axisLabel: { ...quiet, formatter: UNITS[data.unit] ?? ((value) => compact.format(value)) },
      splitLine: { lineStyle: { color: token("--tblr-border-color") } },
    },
    series: series(data),
  };
}

const drawn = new Map();

export function draw(places) {
  for (const place of places) {
    place.setAttribute("data-drawn", "");
    const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(options(data));
    // A point leads where its number in the table does.
    chart.on("click", ({ dataIndex, seriesIndex }) => {
      const row = place.parentElement.querySelectorAll(".chart-table tbody tr")[dataIndex];
      row?.querySelectorAll("td")[seriesIndex]?.querySelector("a")?.click();
    });
    drawn.set(place, [chart, data]);
    sizes.observe(place);
  }
}

function each(change) {
  for (const [place, [chart, data]] of drawn) {
    if (place.isConnected) change(chart, data);
    else {
      sizes.unobserve(place);
      chart.dispose();
      drawn.delete(place);
    }
  }
}

// Nothing is laid out anew for paper before it is printed: charts are told how wide a page is, in pixels of an inch.
const PAPER = 660;
window.addEventListener("beforeprint", () => {
  each((chart, data) => {
    chart.resize({ width: PAPER });
    chart.setOption(options(data));
  });
});
window.addEventListener("afterprint", () => each((chart) => chart.resize()));

const sizes = new ResizeObserver(() => each((chart) => chart.resize()));
new MutationObserver(() => each((chart, data) => chart.setOption(options(data)))).observe(document.documentElement, {
  attributes: true,
  attributeFilter: ["data-bs-theme"],
});
