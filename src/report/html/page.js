
"use strict";
// Sorts and filters what is there already. It makes no markup of texts and asks
// nothing of any place; without it every row is in sight.
(() => {
  const at = id => document.getElementById(id);
  const table = at("rows");
  if (!table) return;
  const CHUNK = 100;
  const body = table.tBodies[0], tools = at("tools"), found = at("found");
  const noun = table.dataset.noun;
  const whole = new Intl.NumberFormat("en");
  const el = (name, attributes, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  const rows = Array.from(body.rows, (tr, index) => ({
    tr, index, kind: tr.dataset.k, rank: tr.dataset.r, account: tr.dataset.a || "", known: tr.dataset.i === "1",
    keys: {}, text: null, digits: "",
  }));
  const columns = Array.from(table.tHead.rows[0].cells, th => ({ th, id: th.className, name: th.textContent }));

  // What a row is sorted by in a column; nothing sorts last, whichever way.
  const key = (row, column) => {
    if (column in row.keys) return row.keys[column];
    const cell = row.tr.querySelector("td." + column);
    const text = cell ? cell.textContent.trim().toLowerCase() : "";
    const time = cell && cell.querySelector("time");
    let value = text;
    if (column === "k") value = row.rank;
    else if (column === "n") { const number = cell.querySelector(".tn"); value = number ? number.textContent.replace(/\D/g, "") : ""; }
    else if (column === "f") value = text.replace(/\d+$/, line => line.padStart(9, "0"));
    else if (time) value = time.dateTime;
    return (row.keys[column] = value);
  };
  const read = row => {
    if (row.text === null) {
      row.text = row.tr.textContent.toLowerCase();
      row.digits = Array.from(row.tr.querySelectorAll(".tn"), tn => tn.textContent.replace(/\D/g, "")).join(" ");
    }
    return row;
  };

  const view = { kinds: new Set(), account: "", known: "", find: "", sort: "", down: false };
  let matching = rows, shown = 0;

  const more = el("button", { id: "more", type: "button", hidden: "" });
  table.after(more);
  const put = count => {
    const next = matching.slice(shown, shown + count);
    for (const { tr } of next) {
      // Cards on a telephone are a table all the same.
      tr.setAttribute("role", "row");
      for (const cell of tr.cells) cell.setAttribute("role", "cell");
    }
    body.append(...next.map(row => row.tr));
    shown += next.length;
    more.hidden = shown >= matching.length;
    more.textContent = "Show more (" + whole.format(matching.length - shown) + " left)";
  };
  const draw = () => {
    const terms = view.find.toLowerCase().split(/\s+/).filter(Boolean);
    const hit = row => terms.every(term => {
      if (read(row).text.includes(term)) return true;
      const digits = term.replace(/[-+().]/g, "");
      return /^\d{3,}$/.test(digits) && row.digits.includes(digits);
    });
    matching = rows.filter(row =>
      (view.kinds.size === 0 || view.kinds.has(row.kind)) &&
      (view.account === "" || view.account === row.account) &&
      (view.known === "" || (view.known === "only") === row.known) &&
      (terms.length === 0 || hit(row)));
    if (view.sort) {
      const sign = view.down ? -1 : 1;
      matching.sort((a, b) => {
        const x = key(a, view.sort), y = key(b, view.sort);
        if (x === y) return a.index - b.index;
        if (x === "") return 1;
        if (y === "") return -1;
        return x < y ? -sign : sign;
      });
    }
    body.replaceChildren();
    shown = 0;
    put(CHUNK);
    for (const { th, id } of columns) {
      if (id === view.sort) th.setAttribute("aria-sort", view.down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
    for (const button of chips) button.setAttribute("aria-pressed", view.kinds.has(button.dataset.k));
    const filtered = matching.length < rows.length;
    found.textContent = filtered
      ? whole.format(matching.length) + " of " + whole.format(rows.length) + " " + noun + " match"
      : "All " + whole.format(rows.length) + " " + noun;
    clear.disabled = !filtered && !view.sort && view.find === "";
  };

  const remember = () => {
    const said = new URLSearchParams();
    if (view.kinds.size) said.set("kind", [...view.kinds].join(","));
    for (const name of ["account", "known", "find", "sort"]) if (view[name]) said.set(name, view[name]);
    if (view.sort && view.down) said.set("order", "down");
    const text = said.toString();
    try { history.replaceState(null, "", text ? "#" + text : location.href.split("#")[0]); } catch { /* a page within another */ }
  };
  const recall = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    const one = (name, choices) => choices.includes(said.get(name)) ? said.get(name) : "";
    view.kinds = new Set((said.get("kind") || "").split(",").filter(kind => rows.some(row => row.kind === kind)));
    view.account = one("account", rows.map(row => row.account));
    view.known = one("known", ["hide", "only"]);
    view.find = said.get("find") || "";
    view.sort = one("sort", columns.map(column => column.id));
    view.down = view.sort !== "" && said.get("order") === "down";
    for (const [name, control] of Object.entries(controls)) control.value = view[name];
    order.value = view.down ? "down" : "";
  };
  const changed = () => { remember(); draw(); };

  // The controls, which only a script can give something to do.
  const controls = {};
  const choice = (name, label, options, css) => {
    controls[name] = el("select", {}, ...options.map(([value, text]) => el("option", { value }, text)));
    controls[name].addEventListener("change", () => { view[name] = controls[name].value; changed(); });
    tools.append(el("label", { class: css }, label, controls[name]));
  };
  controls.find = el("input", { type: "search", autocomplete: "off", spellcheck: "false", placeholder: "A number, a name, a word" });
  let typing = 0;
  controls.find.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => { view.find = controls.find.value; changed(); }, rows.length > 1000 ? 120 : 0);
  });
  tools.append(el("label", { class: "find" }, "Find", controls.find));
  const accounts = new Map();
  for (const row of rows) if (row.account) {
    if (!accounts.has(row.account)) accounts.set(row.account, { row, count: 0 });
    accounts.get(row.account).count += 1;
  }
  if (accounts.size > 1) {
    const options = Array.from(accounts, ([id, { row, count }]) => {
      const name = row.tr.querySelector("td.a b");
      return [id, (name ? name.textContent + " · " : "") + id + " (" + whole.format(count) + ")"];
    });
    options.sort((a, b) => a[1].localeCompare(b[1]));
    choice("account", "Account", [["", "All accounts"], ...options], "");
  }
  const known = rows.filter(row => row.known).length;
  if (known > 0 && known < rows.length) choice("known", "Known drift", [["", "Shown"], ["hide", "Hidden"], ["only", "Nothing else"]], "");
  choice("sort", "Sorted by", [["", "As reported"], ...columns.map(column => [column.id, column.name])], "sorting");
  const order = el("select", {}, el("option", { value: "" }, "Upwards"), el("option", { value: "down" }, "Downwards"));
  order.addEventListener("change", () => { view.down = view.sort !== "" && order.value === "down"; changed(); });
  tools.append(el("label", { class: "sorting" }, "Order", order));
  const clear = el("button", { type: "button" }, "Clear");
  clear.addEventListener("click", () => {
    Object.assign(view, { kinds: new Set(), account: "", known: "", find: "", sort: "", down: false });
    remember(); recall(); draw();
  });
  tools.append(clear);
  tools.addEventListener("submit", event => event.preventDefault());

  const chips = Array.from(at("chips").children, li => {
    const button = el("button", { type: "button", class: li.className, "data-k": li.dataset.k }, ...li.childNodes);
    button.addEventListener("click", () => {
      if (!view.kinds.delete(li.dataset.k)) view.kinds.add(li.dataset.k);
      changed();
    });
    li.className = "";
    li.append(button);
    return button;
  });
  for (const { th, id, name } of columns) {
    const button = el("button", { type: "button" }, name);
    button.addEventListener("click", () => {
      // Up, down, and as it was reported.
      if (view.sort !== id) Object.assign(view, { sort: id, down: false });
      else if (!view.down) view.down = true;
      else Object.assign(view, { sort: "", down: false });
      controls.sort.value = view.sort;
      order.value = view.down ? "down" : "";
      changed();
    });
    th.replaceChildren(button);
    th.setAttribute("role", "columnheader");
  }
  table.setAttribute("role", "table");
  for (const part of [table.tHead, body]) part.setAttribute("role", "rowgroup");
  table.tHead.rows[0].setAttribute("role", "row");

  more.addEventListener("click", () => put(CHUNK));
  if ("IntersectionObserver" in window) {
    new IntersectionObserver(seen => {
      if (seen.some(one => one.isIntersecting) && shown < matching.length) put(CHUNK);
    }, { rootMargin: "600px" }).observe(more);
  }
  addEventListener("beforeprint", () => put(matching.length));
  addEventListener("hashchange", () => { recall(); draw(); });
  tools.hidden = found.hidden = false;
  recall();
  draw();
})();
