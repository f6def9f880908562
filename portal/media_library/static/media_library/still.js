// A poster from the film: the editor plays the film that was just chosen, or is kept, and takes the picture shown.
const setUp = (input) => {
  const file = document.querySelector("input[type='file'][name='file']");
  const film = document.createElement("video");
  const button = document.createElement("button");
  const said = document.createElement("p");
  Object.assign(film, { controls: true, muted: true, preload: "metadata", width: 480, hidden: true });
  Object.assign(button, { type: "button", textContent: input.dataset.choose, className: "button button-secondary", hidden: true });
  film.crossOrigin = "anonymous"; // or no picture may be taken of a film on the CDN
  said.setAttribute("role", "status");
  input.hidden = true;
  input.after(film, button, said);

  const show = (address) => {
    film.src = address;
    film.hidden = button.hidden = false;
  };
  const kept = file?.closest(".w-field")?.querySelector("a[href$='.mp4']");
  if (kept) show(kept.href);
  file?.addEventListener("change", () => {
    const chosen = file.files[0];
    if (chosen?.type.startsWith("video/")) show(URL.createObjectURL(chosen));
  });
  button.addEventListener("click", () => {
    const canvas = document.createElement("canvas");
    canvas.width = film.videoWidth;
    canvas.height = film.videoHeight;
    canvas.getContext("2d").drawImage(film, 0, 0);
    canvas.toBlob((picture) => {
      const files = new DataTransfer();
      files.items.add(new File([picture], "still.jpg", { type: "image/jpeg" }));
      input.files = files.files;
      said.textContent = `${film.currentTime.toFixed(1)} s: ${input.dataset.choose} ✓`;
    }, "image/jpeg", 0.9);
  });
};
document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-still]").forEach(setUp));
