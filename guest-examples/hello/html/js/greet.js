// The ping: what happens is told as it happens, then what came back and what it cost.

import { $, h } from "./dom.js";
import { greeter, star } from "./star.js";

const [form, name, send, answer] = ["greet", "greet-name", "greet-send", "greet-answer"].map($);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  send.disabled = true;
  try {
    const one = await star(tell);
    tell("Pinging…");
    show(one, await one.ping(greeter(one), "Ext<Greet>", { name: name.value.trim() }));
  } catch (error) {
    refused(error);
  } finally {
    send.disabled = false;
  }
});
name.addEventListener("input", () => ($("code-name").textContent = JSON.stringify(name.value.trim()).slice(1, -1)));

function tell(words) {
  answer.replaceChildren(h("p", { class: "fine" }, words));
}

function show(one, pong) {
  const facts = [
    ["asked by", one.point],
    ["answered in", `${pong.elapsed.toFixed(1)} ms`],
    ["fuel", Number(header(pong, "starlane-fuel") ?? pong.fuel ?? 0).toLocaleString("en")],
    ["ran on", header(pong, "starlane-star")],
  ];
  const known = facts.filter(([, value]) => value);
  answer.replaceChildren(
    h("p", { class: "said" }, String(pong.body)),
    h("dl", { class: "facts" }, ...known.flatMap(([term, value]) => [h("dt", {}, term), h("dd", {}, value)])),
  );
  $("code-point").textContent = greeter(one);
}

function refused(error) {
  answer.replaceChildren(
    h("p", { class: "refused" }, error.message, " ", h("code", {}, error.code ?? "failed")),
    h("p", { class: "fine" }, error.hint ?? "Is the relay running? The button tries again."),
  );
}

const header = (pong, wanted) => pong.headers.find(([key]) => key === wanted)?.[1];
