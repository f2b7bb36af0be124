// A face for a name: its initials on a colour that is always the same for it.

/** The avatar of a name, or `element` made into it. */
export function avatar(name, element = document.createElement("span")) {
  element.className = "avatar";
  element.setAttribute("aria-hidden", "true");
  element.textContent = initials(name);
  element.style.setProperty("--hue", String(hue(name)));
  return element;
}

/** First letters of the first two words. */
function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean).slice(0, 2);
  return words.map((word) => [...word][0]).join("").toUpperCase() || "?";
}

/** A place on the colour circle; the steps are coarse enough to tell neighbours apart. */
function hue(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 3_600;
  return (sum % 24) * 15;
}
