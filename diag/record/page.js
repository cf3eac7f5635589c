(config => {
"use strict";
// What the recorder watches inside a page. It runs before any other script of
// the frame, listens passively, changes nothing that the page can see but the
// WebSocket constructor's wrapper, and looks at the layout only when something
// is pressed or when it is asked to.
const tell = window[config.binding];
if (typeof tell !== "function" || window[config.mark]) return;
try { delete window[config.binding]; } catch { /* it stays */ }

const send = (o) => { try { tell(JSON.stringify(o)); } catch { /* the recorder is gone */ } };
const now = () => performance.timeOrigin + performance.now();
const epoch = (stamp) => performance.timeOrigin + stamp;
const round = (n) => Math.round(n * 10) / 10;
const top = window === window.top;

// ---- which controls recall a message

const verbs = config.verbs.map((v) => { try { return new RegExp(v); } catch { return null; } }).filter(Boolean);
const words = (s) => String(s).replace(/[_-]/g, " ").replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().trim();
const anyVerb = (() => { try { return new RegExp(config.verbs.map((v) => `(?:${v})`).join("|")); } catch { return /(?:)/; } })();
const verbIn = (w) => {
  if (!anyVerb.test(w)) return null;
  for (const re of verbs) {
    const m = re.exec(w);
    if (m && m[0] && !/^[a-z]/.test(w.slice(m.index + m[0].length)) && !/[a-z]$/.test(w.slice(0, m.index))) return m;
  }
  return null;
};
// A label is the verb and little else; "x recalled a message" is none.
const told = /了|已|成功|失败|\b(?:was|has|been|by|you)\b/;
const isLabel = (s) => {
  s = String(s || "").trim();
  if (!s || s.length > 40) return false;
  const w = words(s), m = verbIn(w);
  return !!m && w.length - m[0].length <= 16 && !told.test(w);
};
const filler = /^(?:btn|button|do|on|op|opt|act|action|menu|item|msg|message|chat|icon|link|handle|handler|quiet|ctx|context|tool|bar|cmd|click|js|the|this|\d+)$/;
const isName = (s) => {
  if (!s || s.length > 60) return false;
  const w = words(s), m = verbIn(w);
  return !!m && (w.slice(0, m.index) + " " + w.slice(m.index + m[0].length)).split(/[^a-z0-9]+/).filter(Boolean).every((x) => filler.test(x));
};
const interactive = "button,a,input,summary,[role=button],[role=menuitem],[role=option],[role=link],[onclick],[tabindex]";
const plain = config.verbs.filter((v) => /^[a-z\u4e00-\u9fff]+$/i.test(v));
const nameAttrs = ["class", "id", "name", "aria-label", "title", "value", "data-action", "data-act", "data-cmd", "data-op", "data-key", "data-type", "data-testid", "data-event"];
const byName = plain.flatMap((v) => nameAttrs.map((a) => `[${a}*="${v}" i]`)).join(",");

const clickable = (el) => el.matches(interactive) || getComputedStyle(el).cursor === "pointer";
const named = (el) => {
  if (isLabel(el.getAttribute("aria-label")) || isLabel(el.getAttribute("title"))) return true;
  if (/^(?:button|submit|image)$/.test(el.type) && isLabel(el.value)) return true;
  return nameAttrs.some((a) => a === "class" ? [...el.classList].some(isName) : a !== "value" && isName(el.getAttribute(a)));
};
// widen takes the element that a press on the label's surroundings hits, too.
const widen = (el) => {
  const label = el.textContent.trim();
  for (let i = 0; i < 4; i++) {
    const up = el.parentElement;
    if (!up || up === document.body || up.childNodes.length > 8 || up.textContent.trim() !== label || !(up.matches(interactive + ",li") || getComputedStyle(up).cursor === "pointer")) break;
    el = up;
  }
  return el;
};

const parentOf = (el) => el.parentElement || (el.getRootNode() instanceof ShadowRoot ? el.getRootNode().host : null);
// controlAt finds the one that an element is, or is in; null for none.
const controlAt = (el) => {
  for (let i = 0; el && el.nodeType === 1 && i < 6; i++, el = parentOf(el)) {
    if (el.childNodes.length > 12) return null;
    const s = el.childElementCount < 4 ? el.textContent : "";
    if (s.length <= 60 && isLabel(s) && (clickable(el) || i === 0 && /^(?:LI|SPAN|DIV|P|LABEL|I|EM|B)$/.test(el.tagName))) return widen(el.closest(interactive) && isLabel(el.closest(interactive).textContent) ? el.closest(interactive) : el);
    if (clickable(el) && named(el)) return widen(el);
  }
  return null;
};
// nearest finds the control that lies nearest to a point, on top or not, by
// feeling around it: that costs the same in a page of any size.
const reach = [0, 8, 16, 28, 40, 56];
const nearest = (x, y) => {
  const seen = new Set();
  let near = null, far = Infinity;
  for (const r of reach) {
    for (let i = 0; i < (r ? 8 : 1); i++) {
      const px = x + r * Math.cos(i * Math.PI / 4), py = y + r * Math.sin(i * Math.PI / 4);
      if (px < 0 || py < 0 || px >= innerWidth || py >= innerHeight) continue;
      for (let el of document.elementsFromPoint(px, py).slice(0, 12)) {
        if (el.shadowRoot) el = el.shadowRoot.elementFromPoint(px, py) || el;
        if (seen.has(el)) continue;
        seen.add(el);
        const c = controlAt(el);
        if (!c) continue;
        const d = distance(x, y, boxOf(c));
        if (d < far) { near = c; far = d; }
      }
    }
    if (far <= r) break; // nothing further out is nearer
  }
  return near;
};

// controls finds them in a document and the open shadow trees below it, the
// last in the document first: that is where the latest messages are.
const mostNodes = 20000;
const controls = () => {
  const found = new Set();
  let left = mostNodes;
  const walk = (root) => {
    if (byName) for (const el of root.querySelectorAll(byName)) if (clickable(el) && named(el)) found.add(widen(el));
    const w = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let n = w.nextNode(); n && left-- > 0; n = w.nextNode()) {
      if (n.nodeType === 1) { if (n.shadowRoot) walk(n.shadowRoot); continue; }
      const s = n.data;
      if (s.length > 40 || s.length < 2 || !anyVerb.test(s.toLowerCase())) continue;
      const el = n.parentElement;
      if (!el || el.tagName === "SCRIPT" || el.tagName === "STYLE" || !isLabel(s) || !isLabel(el.textContent)) continue;
      const own = el.closest(interactive);
      if (own && isLabel(own.textContent)) found.add(own);
      else if (clickable(el) || /^(?:LI|SPAN|DIV|P|LABEL|I|EM|B)$/.test(el.tagName)) found.add(widen(el));
    }
  };
  if (document.documentElement) walk(document);
  return [...found].reverse();
};

// ---- how a control stands on the screen

const ascii = (s, n) => (/^[\x21-\x7e]*$/.test(s) ? s.slice(0, n) : "");
const named1 = (el) => {
  if (!el || el.nodeType !== 1) return el === document ? "#document" : "";
  let s = el.tagName.toLowerCase();
  if (el.id) s += "#" + ascii(el.id, 40);
  for (const c of [...el.classList].slice(0, 3)) if (ascii(c, 30)) s += "." + ascii(c, 30);
  return s.slice(0, 120);
};
const boxOf = (el) => { const r = el.getBoundingClientRect(); return [round(r.left), round(r.top), round(r.width), round(r.height)]; };
const related = (a, b) => { for (let n = a; n; n = parentOf(n)) if (n === b) return true; return false; };
const deepest = (x, y) => {
  let el = document.elementFromPoint(x, y);
  while (el && el.shadowRoot) {
    const inner = el.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === el) break;
    el = inner;
  }
  return el;
};

const stateOf = (el) => {
  const out = { el: named1(el), box: boxOf(el) };
  const is = (state, why) => { out.state = state; if (why) out.why = why; return out; };
  if (!el.isConnected) return is("absent");
  if (!el.getClientRects().length) return is("hidden", "display");
  let opacity = 1, fixed = false;
  let box = el.getBoundingClientRect();
  let [l, t, r, b] = [box.left, box.top, box.right, box.bottom];
  let aside = null, away = false;
  for (let n = el; n; n = parentOf(n)) {
    const s = getComputedStyle(n);
    opacity *= Number(s.opacity);
    if (n === el && s.visibility !== "visible") return is("hidden", "visibility");
    if (s.contentVisibility === "hidden" && n !== el) return is("hidden", "content-visibility");
    if (/^(?:inset\((?:50|100)%|circle\(0|polygon\(0)/.test(s.clipPath)) return is("hidden", "clip-path");
    if (n !== el && n !== document.body && n !== document.documentElement && !fixed) {
      const c = n.getBoundingClientRect();
      if (/hidden|clip/.test(s.overflowX)) { l = Math.max(l, c.left); r = Math.min(r, c.right); if (r <= l) aside = aside || "clipped"; }
      else if (/auto|scroll/.test(s.overflowX) && (r <= c.left || l >= c.right)) aside = aside || "scrolled-aside";
      if (/hidden|clip/.test(s.overflowY)) { t = Math.max(t, c.top); b = Math.min(b, c.bottom); if (b <= t) aside = aside || "clipped"; }
      else if (/auto|scroll/.test(s.overflowY) && (b <= c.top + 1 || t >= c.bottom - 1)) away = true;
    }
    if (s.position === "fixed") fixed = true;
  }
  if (opacity < 0.1) return is("hidden", "opacity");
  if (box.width < 3 || box.height < 3) return is("hidden", "size");
  if (aside) return is("outside", aside);
  if (away) return is("scrolled");
  const cx = (l + r) / 2, cy = (t + b) / 2;
  const root = document.documentElement, rs = getComputedStyle(root), bs = document.body ? getComputedStyle(document.body) : rs;
  if (cx < 0 || cx >= innerWidth) {
    const reach = root.scrollWidth > innerWidth && !/hidden|clip/.test(rs.overflowX) && !/hidden|clip/.test(bs.overflowX) && !fixed && cx + scrollX >= 0;
    return is("outside", reach ? "sideways" : "off-screen");
  }
  if (cy < 0 || cy >= innerHeight) {
    const pinned = fixed || /hidden|clip/.test(rs.overflowY) || cy + scrollY < 0;
    return pinned && !scrollerOf(el) ? is("outside", "off-screen") : is("scrolled", "");
  }
  if (el.disabled || el.getAttribute("aria-disabled") === "true" || el.closest("fieldset[disabled]")) return is("disabled", "disabled");
  if (getComputedStyle(el).pointerEvents === "none") return is("disabled", "pointer-events");
  // Covered: its middle and most of the points around it belong to something else.
  const points = [[cx, cy], [l + (r - l) / 4, cy], [r - (r - l) / 4, cy], [cx, t + (b - t) / 4], [cx, b - (b - t) / 4]];
  let over = 0, by = null;
  points.forEach(([x, y], i) => {
    const hit = deepest(x, y);
    if (hit && !related(hit, el) && !related(el, hit)) { over++; if (i === 0) by = hit; }
    else if (hit && hit !== el && related(el, hit) && !related(hit, el)) { over++; if (i === 0) by = hit; } // what is behind it takes the press
  });
  if (by && over >= 3) { out.by = named1(by); return is("covered"); }
  return is("visible");
};
const scrollerOf = (el) => {
  for (let n = parentOf(el); n && n !== document.body; n = parentOf(n)) if (/auto|scroll/.test(getComputedStyle(n).overflowY) && n.scrollHeight > n.clientHeight) return n;
  return null;
};
const distance = (x, y, [l, t, w, h]) => Math.hypot(Math.max(l - x, 0, x - l - w), Math.max(t - y, 0, y - t - h));

const messageOf = (el) => {
  const own = el.closest("[data-id],[data-msg-id],[data-message-id],[data-mid],[data-msgid]");
  if (!own) return "";
  for (const a of ["data-msg-id", "data-message-id", "data-msgid", "data-mid", "data-id"]) {
    const v = own.getAttribute(a);
    if (v && /^[A-Za-z0-9_-]{1,64}$/.test(v)) return v;
  }
  return "";
};

// look tells how the recall controls of this frame stand now, best first.
const rank = { visible: 0, scrolled: 1, disabled: 2, covered: 3, outside: 4, hidden: 5, absent: 6 };
let lastCount = 0;
const look = () => {
  const began = performance.now();
  const list = controls();
  let best = null;
  const states = {};
  for (const c of list.slice(0, 40)) {
    const s = stateOf(c);
    states[s.state] = (states[s.state] || 0) + 1;
    if (!best || rank[s.state] < rank[best.state]) best = s;
    if (s.state === "visible") break;
  }
  lastCount = list.length;
  return { t: now(), n: list.length, states, best, w: innerWidth, h: innerHeight, dpr: devicePixelRatio, ms: round(performance.now() - began) };
};
// clear gives the boxes of the controls that are on top, for the screenshot to show.
const clear = () => controls().slice(0, 40).map(stateOf).filter((c) => c.state === "visible").map((c) => c.box);

Object.defineProperty(window, config.mark, { value: { look, clear } });

// ---- presses

let count = 0, open = null;
const pathOf = (e) => e.composedPath();

const begin = (e) => {
  const at = performance.now();
  const path = pathOf(e), hit = path[0];
  const p = { id: ++count, t: epoch(e.timeStamp), x: round(e.clientX), y: round(e.clientY), by: e.pointerType || (e.detail === 0 ? "key" : "mouse"), delay: round(at - e.timeStamp), w: innerWidth, h: innerHeight, dpr: devicePixelRatio };
  if (hit && hit.nodeType === 1) { p.target = named1(hit); p.box = boxOf(hit); p.other = !!hit.closest(interactive); }
  p.controls = lastCount;
  const own = path.slice(0, 6).map((n) => n.nodeType === 1 ? controlAt(n) : null).find(Boolean);
  const near = own || nearest(e.clientX, e.clientY);
  if (near) {
    p.on = path.includes(near);
    p.gap = p.on ? 0 : round(distance(e.clientX, e.clientY, boxOf(near)));
    p.near = stateOf(near);
    p.of = messageOf(near);
  }
  p.cost = round(performance.now() - at);
  return p;
};
const done = new WeakSet(), timers = new WeakMap();
const finish = (p) => {
  clearTimeout(timers.get(p));
  if (open === p) open = null;
  if (done.has(p)) return;
  done.add(p);
  send({ k: "press", ...p });
  if (p.on || p.near && p.gap < 60) listenUp();
};
const down = (e) => {
  if (!e.isTrusted || e.button > 0 || e.isPrimary === false) return;
  if (open) finish(open);
  flush();
  open = begin(e);
  send({ k: "down", id: open.id, t: open.t, x: open.x, y: open.y, c: !!open.near });
};
const up = (e) => {
  if (!e.isTrusted || !open) return;
  if (e.type === "pointercancel") open.cancelled = true;
  const p = open;
  timers.set(p, setTimeout(() => finish(p), 700)); // the click comes at once, if it comes
};
const click = (e) => {
  if (!e.isTrusted) return;
  const p = open || begin(e);
  if (!open && !p.on) return; // a key press elsewhere
  const hit = pathOf(e)[0];
  p.click = true;
  p.delay = Math.max(p.delay, round(performance.now() - e.timeStamp));
  let reached = false;
  const mark = () => { reached = true; };
  hit.addEventListener("click", mark, { capture: true, once: true, passive: true });
  open = null;
  clearTimeout(timers.get(p));
  setTimeout(() => {
    hit.removeEventListener("click", mark, true);
    p.reached = reached;
    p.prevented = e.defaultPrevented;
    finish(p);
  }, 0);
};
const passive = { capture: true, passive: true };
addEventListener("pointerdown", down, passive);
addEventListener("pointerup", up, passive);
addEventListener("pointercancel", up, passive);
addEventListener("click", click, passive);

// ---- what the page tells after a press: the notices that lie apart from the messages

const noticeAt = "[role=alert],[role=alertdialog],[role=status],[class*=toast i],[class*=notice i],[class*=snackbar i],[class*=el-message],[class*=ant-message],[class*=message-box i],[id*=notice i],[id*=toast i]";
const apart = "ul,ol,[role=list],[role=log],[role=feed],[contenteditable],textarea";
const saidBefore = new Set();
const listen = (wait) => setTimeout(() => {
  for (const el of document.querySelectorAll(noticeAt)) {
    const text = el.children.length < 12 ? el.innerText.trim() : "";
    if (text.length < 2 || text.length > 80 || saidBefore.has(text) || el.closest(apart) || !el.getClientRects().length) continue;
    saidBefore.add(text);
    send({ k: "said", t: now(), v: text });
  }
}, wait);
const listenUp = () => { saidBefore.clear(); [250, 1000, 2500, 6000].forEach(listen); };

// ---- what is typed, so that it can be taken out of everything else that is recorded; it is never written

const typed = new Map();
let soon = 0;
const flush = () => {
  clearTimeout(soon); soon = 0;
  for (const el of document.querySelectorAll("input[type=password]")) if (el.value) typed.set(el, [el.value, true]);
  for (const [v, secret] of typed.values()) if (v) send({ k: "typed", v: v.slice(0, 4000), secret });
  typed.clear();
};
const input = (e) => {
  const el = pathOf(e)[0];
  if (!el || el.nodeType !== 1) return;
  const v = el.isContentEditable ? el.innerText : el.value;
  if (typeof v !== "string" || /^(?:checkbox|radio|range|color|file|button|submit)$/.test(el.type)) return;
  typed.set(el, [v, el.type === "password"]);
  if (!soon) soon = setTimeout(flush, 400);
};
addEventListener("input", input, passive);
addEventListener("change", (e) => { input(e); flush(); }, passive);
addEventListener("submit", flush, passive);
addEventListener("keydown", (e) => { if (e.key === "Enter") flush(); }, passive);

// ---- the main thread and the view

try {
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) if (e.duration >= 100) send({ k: "long", t: epoch(e.startTime), ms: round(e.duration) });
  }).observe({ type: "longtask", buffered: true });
} catch { /* not in this engine */ }

if (top) {
  let last = "", later = 0;
  const view = () => {
    later = 0;
    const v = { k: "view", w: innerWidth, h: innerHeight, dpr: devicePixelRatio, scale: visualViewport ? visualViewport.scale : 1, ow: outerWidth, oh: outerHeight, sw: screen.width, sh: screen.height, touch: navigator.maxTouchPoints };
    const s = JSON.stringify(v);
    if (s !== last) { last = s; send({ ...v, t: now() }); }
  };
  addEventListener("resize", () => { if (!later) later = setTimeout(view, 300); }, { passive: true });
  addEventListener("load", view, { once: true, passive: true });
}

// ---- why a WebSocket closed: the protocol does not tell, the page is told

const Native = window.WebSocket;
if (typeof Native === "function") {
  const watched = new Proxy(Native, {
    construct(target, args, made) {
      const s = Reflect.construct(target, args, made === watched ? target : made);
      s.addEventListener("close", (e) => send({ k: "ws", t: now(), url: s.url, code: e.code, reason: e.reason, clean: e.wasClean }), { passive: true });
      return s;
    },
  });
  window.WebSocket = watched;
  try { Native.prototype.constructor = watched; } catch { /* frozen */ }
}
})
