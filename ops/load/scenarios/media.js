// Caregivers look through the library and watch, in byte ranges as players ask: through the CDN, without it, or both.
import { sleep } from "k6";
import http from "k6/http";
import { Rate, Trend } from "k6/metrics";

import { BASE, FIXTURE, options as made, people } from "./lib/settings.js";
import { attempt, expect, signedInAs, think, visit, warmUp } from "./lib/steps.js";

const START = 256 * 1024; // what a player reads before the first frame
const RANGE = 1024 * 1024;
const RANGES = 4;
const failed = new Rate("media_failed");
const library = new Trend("library_page", true);
const item = new Trend("item_page", true);
const playback = { cdn: new Trend("playback_cdn", true), portal: new Trend("playback_portal", true) };
const hits = new Rate("cdn_hits");
const WAYS = __ENV.WAYS.split(",");

export const options = made({ media: people("watch") });

export const setup = () => warmUp(FIXTURE.caregivers[0], "/library/?kind=video");

export function watch() {
  attempt(failed, () => {
    signedInAs(FIXTURE.caregivers);
    const links = visit("/library/?kind=video", library).html().find("main a[href^='/library/']").toArray().map((a) => a.attr("href"));
    const films = [...new Set(links)].filter((href) => /^\/library\/[^/?]+\/$/.test(href));
    expect(films.length > 0, "the library is empty");
    think();
    const source = visit(zipf(films), item).html().find("main video source").attr("src");
    expect(source, "the item has no film");
    const ways = Math.random() < 0.5 ? WAYS : [...WAYS].reverse();
    for (const way of ways) play(way, address(way, source));
    think();
  });
}

/* The first is watched twice as often as the second, three times as often as the third. */
function zipf(films) {
  const weights = films.map((_, rank) => 1 / (rank + 1));
  let left = Math.random() * weights.reduce((sum, weight) => sum + weight, 0);
  const found = weights.findIndex((weight) => (left -= weight) <= 0);
  return films[Math.max(found, 0)];
}

/* The page names the CDN's address where there is one; the portal serves the same path to whom it is open. */
function address(way, source) {
  const path = source.replace(/^https?:\/\/[^/]+/, "");
  if (way === "portal") return BASE + path.split("?")[0];
  expect(path !== source, "this environment's pages name no CDN");
  return source;
}

function play(way, url) {
  let size = read(way, url, 0, START);
  for (let n = 0, from = START; n < RANGES && from < size; n += 1, from += RANGE) {
    sleep(0.1); // the player's buffer is full for a moment
    size = read(way, url, from, Math.min(from + RANGE, size));
  }
}

/* Reads the bytes from `from` up to `to` and returns the size of the whole. */
function read(way, url, from, to) {
  const reply = http.get(url, { headers: { Range: `bytes=${from}-${to - 1}` }, responseType: "none" });
  expect(reply.status === 206, `bytes ${from}-${to - 1} through ${way} answered ${reply.status}`);
  playback[way].add(reply.timings.duration);
  if (way === "cdn") hits.add(reply.headers["X-Cache"] === "HIT");
  const [, first, last, size] = reply.headers["Content-Range"].match(/bytes (\d+)-(\d+)\/(\d+)/).map(Number);
  expect(first === from && last === Math.min(to, size) - 1, `other bytes than asked through ${way}`);
  return size;
}
