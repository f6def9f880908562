/* Choosing a time without leaving the page: the service narrows the sessions, and links of the calendar replace
   calendar, sessions and terms with the server's own. What was typed stays. Without this script each is a page. */
(() => {
  const form = document.getElementById("booking-form");
  if (!form) return;
  const parts = ["[data-dates]", "[data-sessions]", "[data-terms]"];
  let latest = 0;

  /* While a button is pressed nothing above it may grow: it would move away, and the click be lost. */
  let released = Promise.resolve();
  form.addEventListener("pointerdown", () => {
    released = new Promise((done) => {
      ["pointerup", "pointercancel"].forEach((end) => window.addEventListener(end, () => setTimeout(done), { once: true }));
    });
  });

  const chosen = (name) => form.querySelector(`input[name="${name}"]:checked`);

  const narrow = () => {
    const service = chosen("service");
    if (!service) return;
    form.querySelectorAll("[data-service]").forEach((group) => {
      const other = group.dataset.service !== service.value;
      group.hidden = other;
      group.querySelectorAll("input:checked").forEach((input) => {
        input.checked = input.checked && !other;
      });
    });
  };

  /* The contents only: a live region that stays is read out when they change. */
  const fill = (part, page) => {
    const fresh = page.querySelector(part);
    const old = form.querySelector(part);
    if (fresh && old) old.replaceChildren(...document.importNode(fresh, true).childNodes);
  };

  const replace = (page, keep) => {
    const session = chosen("session");
    parts.forEach((part) => {
      if (keep && part === "[data-sessions]" && form.querySelector(`[data-service="${keep}"]`)) return;
      fill(part, page);
    });
    const again = session && form.querySelector(`input[name="session"][value="${session.value}"]`);
    if (again && !again.disabled) again.checked = true;
    document.getElementById("narrow-form")?.remove();
    const narrowing = page.getElementById("narrow-form");
    if (narrowing) form.after(document.importNode(narrowing, true));
  };

  /* The server counts a look at a service once: not each turn of the calendar. */
  const FURTHER = { credentials: "same-origin", headers: { "X-Requested-With": "calendar" } };

  const load = async (address, keep) => {
    latest += 1;
    const turn = latest;
    form.setAttribute("aria-busy", "true");
    try {
      const reply = await fetch(address, keep ? { credentials: "same-origin" } : FURTHER);
      if (!reply.ok || reply.redirected) throw new Error(`${reply.status}`);
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      await released;
      if (turn !== latest) return false;
      replace(page, keep);
    } catch {
      window.location.assign(address);
    } finally {
      if (turn === latest) form.removeAttribute("aria-busy");
    }
    return turn === latest;
  };

  const follow = async (address, focus) => {
    if (!(await load(address))) return;
    window.history.replaceState(null, "", address);
    const target = focus && document.querySelector(focus);
    if (target) target.focus();
  };

  form.querySelectorAll("[data-without-script]").forEach((part) => {
    part.hidden = true;
  });

  form.addEventListener("change", (event) => {
    if (event.target.name === "service") {
      narrow();
      load(`${form.dataset.page}?service=${encodeURIComponent(event.target.value)}`, event.target.value);
    }
    if (event.target.name === "session") {
      const service = chosen("service")?.value || form.dataset.service;
      if (service) terms(service, event.target.value);
    }
  });

  /* Price and cancellation of the session that was chosen, from the page that the server makes for it. */
  const terms = async (service, session) => {
    const address = `${form.dataset.page}?service=${encodeURIComponent(service)}&session=${session}`;
    const reply = await fetch(address, FURTHER).catch(() => null);
    if (!reply || !reply.ok || reply.redirected) return;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    await released;
    const now = chosen("session");
    if (now && now.value === session) fill("[data-terms]", page);
  };

  form.addEventListener("click", (event) => {
    const link = event.target.closest("[data-dates] a, [data-session-hint] a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const turning = link.classList.contains("calendar__turn");
    follow(link.href, turning ? "#calendar-month" : 'input[name="session"]:not(:disabled)');
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "narrow-form") return;
    event.preventDefault();
    const query = new URLSearchParams(new FormData(event.target));
    follow(`${form.dataset.page}?${query}`, "#calendar-month");
  });

  narrow();
})();
