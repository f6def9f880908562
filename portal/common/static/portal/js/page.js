/* What every page gets but the payment page: Escape closes menus, and passwords can be shown.
   Without this script menus close by their own button, and passwords stay hidden. */
(() => {
  const words = document.currentScript.dataset;

  /* Menus of the header: Escape closes them and puts the focus back, a click elsewhere closes the account's. */
  const open = () => document.querySelectorAll(".site-header details[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    open().forEach((menu) => {
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector("summary").focus();
    });
  });
  document.addEventListener("click", (event) => {
    open().forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  /* A button beside each password; what it did is announced. Sent as a password, so that browsers can keep it. */
  document.querySelectorAll("main input[type=password]").forEach((input) => {
    const row = document.createElement("div");
    const button = document.createElement("button");
    const status = document.createElement("span");
    row.className = "password";
    button.type = "button";
    button.className = "button button--secondary button--small";
    button.setAttribute("aria-controls", input.id);
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    const show = (visible) => {
      input.type = visible ? "text" : "password";
      button.textContent = visible ? words.hide : words.show;
    };
    button.addEventListener("click", () => {
      show(input.type === "password");
      status.textContent = input.type === "text" ? words.shown : words.hidden;
    });
    input.form?.addEventListener("submit", () => show(false));
    input.autocapitalize = "none";
    input.spellcheck = false;
    input.replaceWith(row);
    row.append(input, button, status);
    show(false);
  });
})();
