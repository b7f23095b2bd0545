// A table of captions with cosine and probability as numbers and as bars.
const cell = (kind, text, scope) => {
  const made = document.createElement(kind);
  made.textContent = text;
  if (scope) made.scope = scope;
  return made;
};

const measure = (share, colour, name, text) => {
  const made = cell("td", "");
  const track = cell("span", "");
  track.className = "track";
  track.ariaHidden = "true";
  const bar = cell("span", "");
  bar.className = "bar";
  bar.style.width = `${100 * Math.min(Math.max(share, 0), 1)}%`;
  bar.style.background = colour;
  track.append(bar);
  const number = cell("span", text);
  number.className = `number ${name}`;
  made.append(track, number);
  return made;
};

const line = ([text, cosine, probability], best) => {
  const made = document.createElement("tr");
  if (probability === best) made.className = "best";
  made.append(
    cell("th", (probability === best ? "▸ " : "") + text, "row"),
    measure(cosine, "#E69F00", "cosine", cosine.toFixed(3)),
    measure(probability, "#0072B2", "probability", `${(100 * probability).toFixed(1)} %`),
  );
  return made;
};

const table = (rows) => {
  if (!rows.length) return cell("p", "Write at least one caption.");
  const made = document.createElement("table");
  made.append(cell("caption", "What the model says"));
  const head = document.createElement("tr");
  head.append(...["caption", "cosine", "probability"].map((name) => cell("th", name, "col")));
  made.createTHead().append(head);
  const best = Math.max(...rows.map((row) => row[2]));
  made.createTBody().append(...rows.map((row) => line(row, best)));
  return made;
};

export default {
  render({ model, el }) {
    el.classList.add("ck", "ck-bars");
    const show = () => el.replaceChildren(table(model.get("rows")));
    model.on("change:rows", show);
    show();
  },
};
