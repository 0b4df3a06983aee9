// Bar charts of amounts by week. The same numbers stand in a table beside the chart, for those who cannot see it.
import { BarChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

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

function options(data) {
  const quiet = { color: token("--tblr-secondary-color"), fontFamily: "inherit", fontSize: 12 };
  return {
    animation: false,
    grid: { left: 44, right: 4, top: 12, bottom: 26 },
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { opacity: 0.06 } },
      renderMode: "richText",
      backgroundColor: token("--tblr-bg-surface"),
      borderColor: token("--tblr-border-color"),
      textStyle: { color: token("--tblr-body-color"), fontFamily: "inherit", fontSize: 13 },
      formatter: ([bar]) => `${data.names[bar.dataIndex]}\n${data.shown[bar.dataIndex]}`,
    },
    xAxis: {
      type: "category",
      data: data.labels,
      axisLabel: quiet,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: token("--tblr-border-color") } },
    },
    yAxis: {
      type: "value",
      splitNumber: 3,
      axisLabel: { ...quiet, formatter: (value) => new Intl.NumberFormat("en", { notation: "compact" }).format(value) },
      splitLine: { lineStyle: { color: token("--tblr-border-color") } },
    },
    series: [{ type: "bar", data: data.values, barMaxWidth: 26, itemStyle: { color: token("--standing-current-tone"), borderRadius: [3, 3, 0, 0] } }],
  };
}

const drawn = new Map();

export function draw(places) {
  for (const place of places) {
    place.setAttribute("data-drawn", "");
    const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(options(data));
    drawn.set(place, [chart, data]);
  }
}

function each(change) {
  for (const [place, [chart, data]] of drawn) {
    if (place.isConnected) change(chart, data);
    else {
      chart.dispose();
      drawn.delete(place);
    }
  }
}

window.addEventListener("resize", () => each((chart) => chart.resize()));
new MutationObserver(() => each((chart, data) => chart.setOption(options(data)))).observe(document.documentElement, {
  attributes: true,
  attributeFilter: ["data-bs-theme"],
});
