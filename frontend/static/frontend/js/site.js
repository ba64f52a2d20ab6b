// What neither HTML nor htmx does. Everything here is a convenience: each page works without it.
"use strict";

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-open-dialog],[data-close-message],[data-copy],[data-fill-months]");
  if (!target) return;
  if (target.dataset.openDialog) {
    const dialog = document.getElementById(target.dataset.openDialog);
    if (dialog && dialog.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
  } else if ("closeMessage" in target.dataset) {
    target.closest(".message").remove();
  } else if (target.dataset.copy) {
    copyText(target);
  } else if (target.dataset.fillMonths) {
    fillMonths(target);
  }
});

// <button data-copy="id"> copies the text of an element or the value of a field.
async function copyText(button) {
  const source = document.getElementById(button.dataset.copy);
  if (!source) return;
  const text = "value" in source ? source.value : source.textContent.trim();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (source.select) source.select();
    document.execCommand("copy");
  }
  toast(document.body.dataset.copied, "success");
}

// <button data-fill-months="group" data-from="id"> writes one number into every field of data-month-of="group".
function fillMonths(button) {
  const source = document.getElementById(button.dataset.from);
  if (!source) return;
  for (const field of document.querySelectorAll(`[data-month-of="${button.dataset.fillMonths}"]`)) {
    field.value = source.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// Twelve numbers copied from a spreadsheet, pasted into the first month, go to the months that follow.
document.addEventListener("paste", (event) => {
  const field = event.target.closest("[data-month-of]");
  if (!field) return;
  const text = event.clipboardData.getData("text/plain").trim();
  const parts = text.split(/[\t\n;]+|\s{2,}/).map((part) => part.trim()).filter(Boolean);
  if (parts.length < 2) return;
  event.preventDefault();
  const fields = [...document.querySelectorAll(`[data-month-of="${field.dataset.monthOf}"]`)];
  fields.slice(fields.indexOf(field)).forEach((one, index) => {
    if (index < parts.length) one.value = parts[index];
  });
  field.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  const question = (button && button.dataset.confirm) || form.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  // A second press while the first is under way sends nothing; the browser's back button finds the form usable.
  if (form.method === "post" && !event.defaultPrevented && !form.hasAttribute("hx-post")) {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
    setTimeout(() => delete form.dataset.sent, 4000);
  }
});

// <select data-submit> and <input data-submit> send their form when they change.
document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-submit]");
  if (field && field.form) field.form.requestSubmit();
});

function toast(text, level) {
  if (!text) return;
  let box = document.querySelector(".toasts");
  if (!box) {
    box = document.createElement("div");
    box.className = "toasts";
    box.setAttribute("role", "status");
    document.body.append(box);
  }
  const message = document.createElement("div");
  message.className = `message message-${level}`;
  const words = document.createElement("p");
  words.textContent = text;
  message.append(words);
  box.append(message);
  setTimeout(() => message.remove(), level === "error" ? 9000 : 3500);
}

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => toast(document.body.dataset.failed, "error"));
}
// A form that comes back with errors is shown as it came (422), as a page would be.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
// After a swap the keyboard stays where it was: at the errors, else in the same row, card or form as before.
let before = "";
document.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.detail.elt.closest("[id]");
  before = row && row.contains(document.activeElement) ? row.id : "";
});
document.addEventListener("htmx:afterSettle", (event) => {
  const wrong = event.detail.elt.querySelector && event.detail.elt.querySelector("[data-focus]");
  if (wrong) {
    wrong.focus();
  } else if (before && document.activeElement === document.body) {
    const row = document.getElementById(before);
    const next = row && row.querySelector("button, a[href], input:not([type=hidden]), select, summary");
    if (next) next.focus({ preventScroll: true });
  }
  before = "";
});
window.addEventListener("DOMContentLoaded", () => {
  const wrong = document.querySelector("[data-focus]");
  if (wrong) wrong.focus();
});
