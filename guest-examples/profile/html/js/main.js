import { $ } from "./dom.js";
import { begin } from "./own.js";

$("visit").addEventListener("submit", (event) => {
  event.preventDefault();
  location.assign(`/users/${$("visit-user").value.trim()}`);
});

await begin();
