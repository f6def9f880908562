// A click on a placeholder writes it into the field that was edited last, where the cursor was.
let field = null;
document.addEventListener("focusout", (event) => {
  if (event.target.matches("input[type='text'], textarea")) field = event.target;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-placeholder]");
  if (!button) return;
  const target = field ?? document.querySelector("textarea[name='body']");
  target.setRangeText(button.dataset.placeholder, target.selectionStart, target.selectionEnd, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
  target.focus();
});
