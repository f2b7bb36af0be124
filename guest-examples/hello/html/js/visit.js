// The small form that leads to the page the mechtron renders.

import { $ } from "./dom.js";

const [form, name, link] = ["visit", "visit-name", "visit-link"].map($);

const path = () => `/hello/${encodeURIComponent(name.value.trim())}`;

name.addEventListener("input", () => {
  link.href = path();
  link.textContent = `/hello/${name.value.trim()}`;
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (name.value.trim()) location.assign(path());
});
