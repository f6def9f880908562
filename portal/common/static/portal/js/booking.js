/* Narrows the list of sessions to the chosen service. Without it the list is grouped by service. */
(() => {
  const form = document.getElementById("booking-form");
  const sessions = form && form.querySelector('select[name="session"]');
  if (!sessions) return;
  const groups = [...sessions.querySelectorAll("optgroup")];
  const count = document.getElementById("session-count");

  const chosen = () => {
    const radio = form.querySelector('input[name="service"]:checked');
    if (radio) return radio.labels[0].textContent.trim();
    const select = form.querySelector('select[name="service"]');
    return select && select.value ? select.selectedOptions[0].textContent.trim() : "";
  };

  /* Options are taken out, not hidden: Safari shows hidden options. */
  const narrow = () => {
    const name = chosen();
    const matching = groups.filter((group) => group.label === name);
    if (!matching.length) return;
    const keep = sessions.value;
    groups.forEach((group) => group.remove());
    sessions.append(...matching);
    const options = [...matching[0].children];
    sessions.value = options.some((option) => option.value === keep) ? keep : "";
    const free = options.filter((option) => !option.disabled).length;
    const { one, many } = count.closest("[data-session-field]").dataset;
    count.textContent = free === 1 ? one : many.replace("{count}", free);
  };

  form.addEventListener("change", (event) => {
    if (event.target.name === "service") narrow();
  });
  narrow();
})();
