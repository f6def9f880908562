/* Draws each chart from the numbers beside it, and writes the same numbers as a table when it is opened.
   Colours are Wagtail's own, and are read again when the theme changes. Nothing moves. */
(() => {
    "use strict";

    const COLOURS = ["text-link-default", "critical-100", "text-meta", "text-context"];
    const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
    const DAY_MS = 86_400_000;
    const LOCALE = document.documentElement.lang || "en-GB";
    const DURATIONS = [["hour", 3600], ["minute", 60], ["second", 1]];

    const colour = (name, element = document.documentElement) =>
        getComputedStyle(element).getPropertyValue(`--w-color-${name}`).trim();
    const forced = window.matchMedia("(forced-colors: active)");
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const paper = window.matchMedia("print");
    const LOOKS = [forced, dark, paper];

    const formats = new Map();
    function formatter(line, unit) {
        const key = unit || line.currency || line.unit;
        if (!formats.has(key)) {
            formats.set(key, new Intl.NumberFormat(LOCALE, unit
                ? { style: "unit", unit, maximumFractionDigits: 1 }
                : line.currency
                ? { style: "currency", currency: line.currency, minimumFractionDigits: line.digits, maximumFractionDigits: line.digits }
                : line.unit === "ratio" ? { style: "percent", maximumFractionDigits: 1 } : {}));
        }
        return formats.get(key);
    }

    /* Durations come as text. */
    function format(line, index) {
        const value = line.values[index];
        if (value === null) return "–";
        return line.texts ? line.texts[index] : formatter(line).format(value);
    }

    function onAxis(line, value) {
        if (line.unit !== "seconds") return formatter(line).format(value);
        const [unit, seconds] = DURATIONS.find(([, length]) => value >= length) || DURATIONS[2];
        return formatter(line, unit).format(value / seconds);
    }

    const shortDay = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", timeZone: "UTC" });
    const longDay = new Intl.DateTimeFormat(LOCALE, { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

    class InsightsChart extends window.StimulusModule.Controller {
        static targets = ["canvas", "frame", "problem", "table"];

        connect() {
            const script = this.element.querySelector("script[type='application/json']");
            if (!script) return;
            this.numbers = JSON.parse(script.textContent);
            this.redraw = () => this.draw();
            this.themes = new MutationObserver(this.redraw);
            this.themes.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
            LOOKS.forEach((query) => query.addEventListener("change", this.redraw));
            this.draw();
        }

        disconnect() {
            this.themes?.disconnect();
            if (this.redraw) LOOKS.forEach((query) => query.removeEventListener("change", this.redraw));
            this.chart?.destroy();
        }

        draw() {
            this.chart?.destroy();
            try {
                if (this.numbers.sideways) this.frameTarget.style.blockSize = `${3 + this.numbers.labels.length * 2.25}rem`;
                this.chart = new window.Chart(this.canvasTarget, this.settings());
                this.element.dataset.drawn = "yes";
            } catch (error) {
                this.frameTarget.hidden = true;
                this.problemTarget.textContent = this.problemTarget.dataset.text;
                throw error;
            }
        }

        settings() {
            const text = forced.matches ? getComputedStyle(this.element).color : colour("text-context");
            const grid = forced.matches ? text : colour("border-furniture");
            const lines = this.numbers.lines.filter((line) => line.shape !== "table");
            const values = {
                beginAtZero: true,
                grid: { color: grid },
                ticks: { color: text, maxTicksLimit: 6, precision: ["count", "seconds"].includes(lines[0].unit) ? 0 : undefined, callback: (value) => onAxis(lines[0], value) },
            };
            const names = {
                grid: { display: false },
                ticks: { color: text, maxRotation: 0, autoSkip: this.numbers.days, autoSkipPadding: 12, callback: (value) => this.shortLabel(value) },
            };
            return {
                type: "bar",
                data: { labels: this.numbers.labels, datasets: lines.map((line, n) => this.dataset(line, n, text)) },
                options: {
                    animation: false,
                    responsive: true,
                    maintainAspectRatio: false,
                    indexAxis: this.numbers.sideways ? "y" : "x",
                    interaction: { mode: "index", intersect: false, axis: this.numbers.sideways ? "y" : "x" },
                    scales: this.numbers.sideways ? { x: values, y: names } : { x: names, y: values },
                    plugins: {
                        legend: { display: lines.length > 1, position: "bottom", labels: { color: text, usePointStyle: true, boxHeight: 7 } },
                        tooltip: {
                            animation: false,
                            callbacks: {
                                title: ([item]) => this.longLabel(item.dataIndex),
                                label: (item) => `${item.dataset.label}: ${format(lines[item.datasetIndex], item.dataIndex)}`,
                            },
                        },
                    },
                    onClick: (event, [hit], chart) => {
                        const [bar = hit] = chart.getElementsAtEventForMode(event, "nearest", { intersect: true }, true);
                        this.follow(bar, lines);
                    },
                    onHover: (event, [hit]) => { event.native.target.style.cursor = hit && this.link(hit.index) ? "pointer" : ""; },
                },
            };
        }

        dataset(line, n, text) {
            const before = line.shape === "before";
            const ink = forced.matches ? text : colour(before ? "text-meta" : COLOURS[n % COLOURS.length]);
            const known = line.values.filter((value) => value !== null).length;
            return {
                label: line.name,
                data: line.values,
                type: line.shape === "bar" ? "bar" : "line",
                order: line.shape === "bar" ? 2 : 1,
                borderColor: ink,
                backgroundColor: ink,
                borderWidth: line.shape === "bar" ? 0 : 2,
                borderDash: before ? [4, 4] : DASHES[n % DASHES.length],
                pointRadius: known === 1 || (known <= 31 && !before) ? 3 : 0, // a line of one point is none
                pointHitRadius: 8,
                pointStyle: ["circle", "rect", "triangle", "rectRot"][n % 4],
                maxBarThickness: 32,
                spanGaps: true,
            };
        }

        day(index) { return new Date(`${this.numbers.labels[index]}T00:00:00Z`); }
        shortLabel(index) { return this.numbers.days ? shortDay.format(this.day(index)) : shortened(this.numbers.labels[index]); }
        longLabel(index) { return this.numbers.days ? longDay.format(this.day(index)) : this.numbers.labels[index]; }

        /* To the rows behind a day or a name; a line may lead elsewhere than its chart. */
        link(index, line) {
            if (!this.numbers.days) return this.numbers.links[index] || "";
            const next = new Date(this.day(index).getTime() + DAY_MS).toISOString().slice(0, 10);
            return (line?.link ?? this.numbers.link).replaceAll("{day}", this.numbers.labels[index]).replaceAll("{next}", next);
        }

        follow(hit, lines) {
            const address = hit && this.link(hit.index, lines[hit.datasetIndex]);
            if (address) window.location.assign(address);
        }

        fill() {
            if (this.tableTarget.rows.length) return;
            const head = this.tableTarget.createTHead().insertRow();
            [this.numbers.first, ...this.numbers.lines.map((line) => line.name)].forEach((name) => head.append(filled(heading("col"), name)));
            const body = this.tableTarget.createTBody();
            this.numbers.labels.forEach((_label, index) => {
                const row = body.insertRow();
                row.append(filled(heading("row"), this.longLabel(index), this.link(index)));
                this.numbers.lines.forEach((line) => {
                    filled(row.insertCell(), format(line, index), line.link && line.values[index] ? this.link(index, line) : "");
                });
            });
        }
    }

    function shortened(name) { return name.length > 24 ? `${name.slice(0, 23)}…` : name; }

    function heading(scope) {
        const cell = document.createElement("th");
        cell.scope = scope;
        return cell;
    }

    function filled(cell, text, address) {
        const inside = address ? cell.appendChild(document.createElement("a")) : cell;
        if (address) inside.href = address;
        inside.textContent = text;
        return cell;
    }

    /* Says that the page is loading; the next page replaces it. */
    document.addEventListener("submit", (event) => {
        const status = event.target.matches(".insights-filter") && document.querySelector("[data-insights-loading]");
        if (status) status.textContent = status.dataset.insightsLoading;
    });
    window.addEventListener("pageshow", () => {
        document.querySelectorAll("[data-insights-loading]").forEach((status) => { status.textContent = ""; });
    });

    window.wagtail.app.register("insights-chart", InsightsChart);
})();
