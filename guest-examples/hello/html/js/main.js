import "./greet.js";
import "./visit.js";
import { $ } from "./dom.js";

$("code-origin").textContent = location.origin;
