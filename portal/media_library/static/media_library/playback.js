// Tells the portal that something was started, how far it got and how long it was watched. Nothing is sent when the
// browser says Do Not Track. A report is a form like any other: it carries the page's CSRF token.
(() => {
  const frame = document.querySelector("[data-playback]");
  if (!frame || navigator.doNotTrack === "1" || navigator.globalPrivacyControl) return;

  const send = (event, seconds) => {
    const report = new FormData();
    report.set("csrfmiddlewaretoken", frame.dataset.csrf);
    report.set("event", event);
    report.set("seconds", String(seconds));
    navigator.sendBeacon(frame.dataset.playback, report);
  };

  frame.querySelector("[data-download]")?.addEventListener("click", () => send("downloaded", 0));

  const player = frame.querySelector("video, audio");
  if (!player) return;
  const marks = [[0.25, "first_quartile"], [0.5, "midpoint"], [0.75, "third_quartile"]];
  let started = false;
  let passed = 0;
  let watched = 0; // seconds since the last report
  let before = null; // position at the last look, null while not playing

  const report = (event) => {
    const whole = Math.min(Math.floor(watched), Math.ceil(player.duration || 0));
    watched -= whole;
    send(event, whole);
  };
  // Only what was played counts: a jump moves `before` along without adding.
  const look = () => {
    const now = player.currentTime;
    if (before !== null && now > before && now - before < 2 * player.playbackRate) watched += now - before;
    before = now;
    while (passed < marks.length && player.duration && now >= player.duration * marks[passed][0]) {
      report(marks[passed][1]);
      passed += 1;
    }
  };

  player.addEventListener("playing", () => {
    before = player.currentTime;
    if (started) return;
    started = true;
    report("started");
  });
  player.addEventListener("timeupdate", () => { if (!player.paused) look(); });
  player.addEventListener("seeking", () => { before = null; });
  player.addEventListener("pause", () => {
    if (player.ended) return;
    look();
    before = null;
    if (watched >= 1) report("stopped");
  });
  player.addEventListener("ended", () => {
    look();
    report("completed");
    started = false;
    passed = 0;
    before = null;
  });
  addEventListener("pagehide", () => { if (watched >= 1) report("stopped"); });
})();
